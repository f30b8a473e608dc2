import { contextBridge, ipcRenderer } from 'electron'
import type { DesktopApi, DesktopChannel } from '../api/desktop.ts'

/** Calls the main process. The page gets named functions only: it never sees a channel or this function. */
function ask<Name extends keyof DesktopApi>(
  name: Name,
  ...parameters: Parameters<DesktopApi[Name]>
): ReturnType<DesktopApi[Name]> {
  const channel: DesktopChannel = `bootwire:${name}`
  return ipcRenderer.invoke(channel, ...parameters) as ReturnType<DesktopApi[Name]>
}

const api: DesktopApi = {
  listChains: () => ask('listChains'),
}

contextBridge.exposeInMainWorld('bootwire', api)
