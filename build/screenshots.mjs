/** `npm run screenshots`: draws every step of the built app into docs/screens. */
import { runnerImport } from 'vite'

await runnerImport('./tests/desktop/screenshots.ts', { configFile: false })
