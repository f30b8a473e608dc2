import { app, BrowserWindow, Menu, protocol, session, type MenuItemConstructorOptions } from 'electron'
import { fileURLToPath } from 'node:url'
import { Backend } from '../api/backend.ts'
import { APP_SCHEME, serveAsset } from './assets.ts'
import { confirmClose, systemDialogs } from './dialogs.ts'
import { openGate } from './ipc.ts'
import { confine, denyPermissions, openWindow } from './window.ts'

const page = fileURLToPath(new URL('../renderer', import.meta.url))

protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }])
app.on('web-contents-created', (_event, contents) => confine(contents))

// Two of them would compete for the same ports. Electron is ready only after this module has been run: no `await` here.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

function start(): void {
  const backend = new Backend({ face: 'desktop', dialogs: systemDialogs })
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open(backend)
  })
  app.once('will-quit', (event) => {
    event.preventDefault()
    void backend.close().finally(() => app.exit())
  })

  denyPermissions(session.defaultSession)
  protocol.handle(APP_SCHEME, (request) => serveAsset(page, request))
  openGate(backend)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu()))
  open(backend)
}

/** Closing it with targets at work asks first. */
function open(backend: Backend): void {
  const window = openWindow()
  let confirmed = false
  window.on('close', (event) => {
    const clients = backend.clientsAtWork
    if (confirmed || clients.length === 0) return
    event.preventDefault()
    void confirmClose(clients).then((close) => {
      confirmed = close
      if (close) window.close()
    })
  })
}

function menu(): MenuItemConstructorOptions[] {
  const common: MenuItemConstructorOptions[] = [
    { role: 'editMenu' },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ]
  return process.platform === 'darwin' ? [{ role: 'appMenu' }, ...common] : [{ role: 'fileMenu' }, ...common]
}
