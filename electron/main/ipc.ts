import { ipcMain, type IpcMainInvokeEvent } from 'electron'
import type { DesktopApi, DesktopChannel, DesktopRequest } from '../api/desktop.ts'
import { APP_ORIGIN } from './assets.ts'

/**
 * Answers the page's calls of one function of `DesktopApi`. A call from anything but the top frame of our own
 * page is refused. Parameters come from outside: a handler checks their types itself.
 */
export function answer<Name extends DesktopRequest>(
  name: Name,
  handler: (...parameters: unknown[]) => Awaited<ReturnType<DesktopApi[Name]>> | ReturnType<DesktopApi[Name]>,
): void {
  const channel: DesktopChannel = `bootwire:${name}`
  ipcMain.handle(channel, (event, ...parameters: unknown[]) => {
    if (!isOurPage(event)) throw new Error(`${channel} was called by a page that is not Bootwire's own.`)
    return handler(...parameters)
  })
}

function isOurPage({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.origin === APP_ORIGIN
}
