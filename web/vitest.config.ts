import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// Tests run in Node; a file that needs a DOM says so in its first line: `// @vitest-environment jsdom`.
export default defineConfig({
  plugins: [svelte()],
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    // The random campaigns of the editor core are bounded by runs, not by time.
    testTimeout: 120_000,
  },
})
