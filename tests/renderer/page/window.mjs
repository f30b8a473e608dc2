/** A window for the built page alone, with its content security policy and without a main process behind it. */
import { app, BrowserWindow, protocol } from 'electron'

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
void app.whenReady().then(open)

async function open() {
  const { serveAsset } = await import(process.env.BOOTWIRE_ASSETS ?? '')
  protocol.handle('app', (request) => serveAsset(process.env.BOOTWIRE_PAGE, request))
  const window = new BrowserWindow({
    useContentSize: true,
    webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false },
  })
  await window.loadURL('about:blank')
}
