/** What `npm start` starts: the desktop window, browser mode, or a boot in this terminal. */
import { isRoot } from './debian.mjs'
import { fetchElectron } from './electron.mjs'
import { attach, note } from './step.mjs'

/**
 * Nothing asks for the window, `--browser` for a page, and everything else is for `bootwire try`.
 * @param {string[]} parameters
 * @returns {Promise<number>} the status to exit with
 */
export async function start(parameters) {
  const [first, ...rest] = parameters
  if (first === '--browser') return attach('node', ['dist/node/browser.js', ...rest])
  if (first === undefined) {
    const electron = hasDisplay() ? await fetchElectron() : undefined
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
