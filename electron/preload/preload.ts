import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { DesktopApi, DesktopRequest, DesktopTopic } from '../api/desktop.ts'
import type { Reply, RequestParameters } from '../api/requests.ts'

/** Asks the main process. The page gets named functions only: it never sees a channel or this function. */
async function ask<Name extends DesktopRequest>(
  name: Name,
  ...parameters: RequestParameters[Name]
): Promise<Awaited<ReturnType<DesktopApi[Name]>>> {
  const reply = (await ipcRenderer.invoke(`bootwire:${name}`, ...parameters)) as Reply
  // An Error would reach the page without its code and remedies.
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  if ('failure' in reply) throw reply.failure
  return reply.result as Awaited<ReturnType<DesktopApi[Name]>>
}

let subscriptions = 0

function listen(topic: DesktopTopic, listener: (news: never) => void): () => void {
  const subscription = ++subscriptions
  const hear = (_event: unknown, told: number, news: unknown) => {
    if (told === subscription) listener(news as never)
  }
  ipcRenderer.on('bootwire:told', hear)
  void ipcRenderer.invoke('bootwire:listen', topic, subscription)
  return () => {
    ipcRenderer.off('bootwire:told', hear)
    void ipcRenderer.invoke('bootwire:unlisten', subscription)
  }
}

const api: DesktopApi = {
  environment: () => ask('environment'),
  interfaces: () => ask('interfaces'),
  lookForServers: (link) => ask('lookForServers', link),
  chains: () => ask('chains'),
  imports: () => ask('imports'),
  chooseImports: (kind) => ask('chooseImports', kind),
  importFiles: (files) =>
    ask(
      'importFiles',
      files.map((file) => webUtils.getPathForFile(file)),
    ),
  forgetImport: (path) => ask('forgetImport', path),
  chooseFolder: () => ask('chooseFolder'),
  review: (options) => ask('review', options),
  start: (options) => ask('start', options),
  stop: () => ask('stop'),
  resetTarget: () => ask('resetTarget'),
  screen: () => ask('screen'),
  saveJournal: () => ask('saveJournal'),
  saveCapture: () => ask('saveCapture'),
  lastSetup: () => ask('lastSetup'),
  onEvents: (listener) => listen('events', listener),
  onServiceState: (listener) => listen('service-state', listener),
  onImportProgress: (listener) => listen('import-progress', listener),
}

contextBridge.exposeInMainWorld('bootwire', api)
