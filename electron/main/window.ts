import { BrowserWindow, nativeTheme, type Session, type WebContents } from 'electron'
import { fileURLToPath } from 'node:url'
import { APP_ORIGIN } from './assets.ts'
import { keepWindowState, loadWindowState } from './window-state.ts'

/** The one window. Its page is sandboxed and reaches the main process by the preload script's functions alone. */
export function openWindow(): BrowserWindow {
  const state = loadWindowState()
  const window = new BrowserWindow({
    ...(state?.bounds ?? { width: 1200, height: 800 }),
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'Bootwire',
    // What is seen before the page is drawn: the ground of renderer/tokens.css.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#f6f5f2',
    webPreferences: {
      preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: true,
      webviewTag: false,
    },
  })
  keepWindowState(window)
  window.once('ready-to-show', () => {
    if (state?.maximized === true) window.maximize()
    window.show()
  })
  void window.loadURL(`${APP_ORIGIN}/`)
  return window
}

/** Keeps a page where it is: it opens nothing, goes nowhere and embeds nothing. */
export function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || event.url !== `${APP_ORIGIN}/`) event.preventDefault()
  })
}

/** Bootwire's page needs no camera, location, notification or device. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
}
