import { app, BrowserWindow, Menu, protocol, session, type MenuItemConstructorOptions } from 'electron'
import { fileURLToPath } from 'node:url'
import { chains } from '../chains/index.ts'
import { APP_SCHEME, serveAsset } from './assets.ts'
import { answer } from './ipc.ts'
import { confine, denyPermissions, openWindow } from './window.ts'

const page = fileURLToPath(new URL('../renderer', import.meta.url))

protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true } }])
app.on('web-contents-created', (_event, contents) => confine(contents))

// Two of them would compete for the same ports. Electron is ready only after this module has been run: no `await` here.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()

function start(): void {
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow()
  })

  denyPermissions(session.defaultSession)
  protocol.handle(APP_SCHEME, (request) => serveAsset(page, request))
  answer('chains', () => chains)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu()))
  openWindow()
}

function menu(): MenuItemConstructorOptions[] {
  const common: MenuItemConstructorOptions[] = [
    { role: 'editMenu' },
    { role: 'viewMenu' },
    { role: 'windowMenu' },
  ]
  return process.platform === 'darwin' ? [{ role: 'appMenu' }, ...common] : [{ role: 'fileMenu' }, ...common]
}
