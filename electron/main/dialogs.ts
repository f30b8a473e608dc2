import { BrowserWindow, dialog } from 'electron'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Dialogs } from '../api/backend.ts'
import { readKept } from '../api/kept.ts'

/** The system's own dialogs, before the app's window. */
export const systemDialogs: Dialogs = {
  async chooseImports(kind) {
    const { filePaths } = await dialog.showOpenDialog(window(), {
      title: kind === 'files' ? 'Choose boot files' : 'Choose a folder of boot files',
      properties: kind === 'files' ? ['openFile', 'multiSelections'] : ['openDirectory'],
    })
    return filePaths
  },

  async chooseFolder() {
    const { filePaths } = await dialog.showOpenDialog(window(), {
      title: 'Choose the folder that targets mount',
      properties: ['openDirectory'],
    })
    return filePaths[0]
  },

  async save(file, kind) {
    const [extension, name] = kind === 'journal' ? ['jsonl', 'JSON lines'] : ['pcapng', 'Packet capture']
    const { filePath } = await dialog.showSaveDialog(window(), {
      defaultPath: `bootwire-${kind}.${extension}`,
      filters: [{ name, extensions: [extension] }],
    })
    if (filePath === '') return false
    await pipeline(readKept(file), createWriteStream(filePath))
    return true
  },
}

/** Whether to close although targets are at work. */
export async function confirmClose(clients: readonly string[]): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window(), {
    type: 'question',
    message: clients.length === 1 ? 'A target is at work.' : `${clients.length} targets are at work.`,
    detail: `Closing Bootwire stops the session: ${clients.join(', ')} would wait for files that no longer come.`,
    buttons: ['Keep running', 'Stop and close'],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

function window(): BrowserWindow {
  const [first] = BrowserWindow.getAllWindows()
  if (first === undefined) throw new Error('There is no window to ask in.')
  return first
}
