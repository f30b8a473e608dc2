/** A browser window and nothing more: no preload script, no main process of Bootwire's. */
import { app, BrowserWindow } from 'electron'

void app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1200,
    height: 760,
    webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false },
  })
  return window.loadURL('about:blank')
})
