/** The least that opens a window: what Electron itself takes on this computer. */
import { app, BrowserWindow } from 'electron'

void app.whenReady().then(() => {
  void new BrowserWindow().loadURL('data:text/html,<button>Here</button>')
})
