/** A window for the built page alone, with its content security policy and without a main process behind it. */
import { app, BrowserWindow, protocol } from 'electron'

protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true } }])
void app.whenReady().then(open)

async function open() {
  const { PAGE_HEADERS, readAsset } = await import(process.env.BOOTWIRE_ASSETS ?? '')
  protocol.handle('app', async ({ url }) => {
    const { type, bytes } = await readAsset(process.env.BOOTWIRE_PAGE, new URL(url).pathname)
    return new Response(bytes, { headers: { ...PAGE_HEADERS, 'content-type': type } })
  })
  const window = new BrowserWindow({
    useContentSize: true,
    webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false },
  })
  await window.loadURL('about:blank')
}
