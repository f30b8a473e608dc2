/** What `npm start` starts: the desktop window, browser mode, or a boot in this terminal. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from './debian.mjs'
import { attach, note, step } from './step.mjs'

/**
 * Nothing asks for the window, `--browser` for a page, and everything else is for `bootwire try`.
 * @param {string[]} parameters
 * @returns {Promise<number>} the status to exit with
 */
export async function start(parameters) {
  const [first, ...rest] = parameters
  if (first === '--browser') return attach('node', ['dist/node/browser.js', ...rest])
  if (first === undefined) {
    const electron = hasDisplay() ? await electronProgram() : undefined
    if (electron !== undefined) return openWindow(electron)
    const reason = hasDisplay() ? "Electron's binary cannot be had" : 'there is no display'
    note(
      `no window, because ${reason}: a virtual target boots here instead; npm start -- --browser serves the pages`,
    )
  }
  return attach('node', ['dist/node/cli.js', 'try', ...parameters])
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** @param {string} electron */
function openWindow(electron) {
  if (isRoot) note('Chromium has no sandbox when it is run by root; start as yourself for one')
  return attach(electron, [...(isRoot ? ['--no-sandbox'] : []), '.'])
}

/** Electron's binary is fetched when it is first wanted, by a script of its package; undefined where it cannot be. */
async function electronProgram() {
  if (findElectron() === undefined)
    await step("fetch Electron's binary", () => ['node', ['node_modules/electron/install.js']]).catch(
      () => {},
    )
  return findElectron()
}

/** Where the package's own `index.js` would find it. */
function findElectron() {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
  const name = names[/** @type {keyof typeof names} */ (process.platform)] ?? 'electron'
  const own = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const installed = 'node_modules/electron/path.txt'
  const path = own
    ? join(own, name)
    : existsSync(installed)
      ? join('node_modules/electron/dist', readFileSync(installed, 'utf8').trim())
      : undefined
  return path !== undefined && existsSync(path) ? path : undefined
}
