/** Gives the desktop tests a display where there is none. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] !== undefined) return undefined
  // The server chooses a free number and writes it to file descriptor 3 as soon as it can be used.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await Promise.race([
    once(server.stdio[3]!, 'data').then(([bytes]) => String(bytes).trim()),
    once(server, 'error').then(() => undefined),
    once(server, 'exit').then(() => undefined),
  ])
  if (number === undefined) return undefined
  process.env['DISPLAY'] = `:${number}`
  return async () => {
    server.kill()
    await once(server, 'exit')
  }
}
