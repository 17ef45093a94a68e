import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { offlineWorker } from './scripts/offline-worker.ts'

// The page runs under a strict Content-Security-Policy: nothing may be inlined as a data URL or an inline script.
export default defineConfig({
  plugins: [svelte(), offlineWorker()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The pages that everybody may read have a stylesheet and no script; the server finds it by its name.
    rolldownOptions: { input: { index: 'index.html', public: 'src/styles/public.css' } },
  },
  server: {
    // `npm run dev` beside `borrador serve`: pages from Vite, everything else from the server.
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/health': 'http://127.0.0.1:8080',
      '/sync': { target: 'ws://127.0.0.1:8080', ws: true },
    },
    // Fixtures and messages are shared with the Rust side and live beside `web`.
    fs: { allow: ['..'] },
  },
})
