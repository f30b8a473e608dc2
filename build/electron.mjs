/** Electron's binary, which its package does not have: a script of the package fetches it when it is first wanted. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, step } from './step.mjs'

/** Below the working directory, which every command of `package.json` has. */
const folder = join('node_modules', 'electron')

/**
 * Fetches it where it is not there yet.
 * @param {number} [limit] milliseconds; none for somebody who waits for the window
 * @returns {Promise<string | undefined>} its path; undefined where it cannot be had
 */
export async function fetchElectron(limit) {
  if (findElectron() === undefined)
    await step("fetch Electron's binary", async () => {
      const { status, output } = await capture('node', [join(folder, 'install.js')], { timeout: limit })
      if (status !== 0) throw new Error(output)
    }).catch(() => {})
  return findElectron()
}

/** Where the package's own `index.js` would find it. */
export function findElectron() {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
  const name = names[/** @type {keyof typeof names} */ (process.platform)] ?? 'electron'
  const own = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const installed = join(folder, 'path.txt')
  const path = own
    ? join(own, name)
    : existsSync(installed)
      ? join(folder, 'dist', readFileSync(installed, 'utf8').trim())
      : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}
