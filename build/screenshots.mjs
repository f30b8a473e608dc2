/** `npm run screenshots`: draws every step of the built app into docs/screens. */
import { runnerImport } from 'vite'
import { fetchPeers, peerEnvironment } from './peers.mjs'

await fetchPeers()
Object.assign(process.env, peerEnvironment())
await runnerImport('./tests/desktop/screenshots.ts', { configFile: false })
