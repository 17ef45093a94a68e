import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Unmodified automerge-repo clients against the built server: `npm run test:interop`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
