import { contextBridge, ipcRenderer } from 'electron'
import type { DesktopApi, DesktopChannel, DesktopRequest } from '../api/desktop.ts'

/** Calls the main process. The page gets named functions only: it never sees a channel or this function. */
function ask<Name extends DesktopRequest>(
  name: Name,
  ...parameters: Parameters<DesktopApi[Name]>
): ReturnType<DesktopApi[Name]> {
  const channel: DesktopChannel = `bootwire:${name}`
  return ipcRenderer.invoke(channel, ...parameters) as ReturnType<DesktopApi[Name]>
}

const api: Pick<DesktopApi, 'chains'> = {
  chains: () => ask('chains'),
}

contextBridge.exposeInMainWorld('bootwire', api)
