/** `npm start -- --browser`: serves the page on this computer until it is interrupted, and prints where. */
import { parseArgs } from 'node:util'
import { startBrowserMode } from './server.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' } },
})

try {
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes a number up to 65535, and not "${values.port}".`)
  const running = await startBrowserMode(port)
  process.stdout.write(`Open ${running.address}\nThe address lets one page in, once. Ctrl-C ends Bootwire.\n`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void running.close().then(() => process.exit(0)))
} catch (error) {
  process.stderr.write(`bootwire: ${(error as Error).message}\n`)
  process.exitCode = 1
}
