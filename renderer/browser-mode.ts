/** `window.bootwire` in a browser: the contract by a WebSocket to where the page came from. */
import { mount, unmount } from 'svelte'
import type {
  DesktopApi,
  DesktopRequest,
  DesktopTopic,
  Failure,
  FolderListing,
  ImportOutcome,
} from '../electron/api/desktop.ts'
import type { Reply, RequestParameters } from '../electron/api/requests.ts'
import FolderDialog from './components/FolderDialog.svelte'

/** Does nothing in the desktop app, whose preload script was first. Rejects with a `Failure` when not let in. */
export async function provideBootwire(): Promise<void> {
  if ('bootwire' in window) return
  const connection = await Connection.open()
  Object.defineProperty(window, 'bootwire', { value: apiOf(connection) })
}

/** Lives as long as the tab: a page that is loaded again gets in by it, since its address is used up. */
const KEY = 'bootwire-key'

const ended: Failure = {
  code: 'service-ended',
  message: 'Bootwire has ended, or the connection to it is gone.',
  remedies: ['Start it again, and open the address that it prints.'],
}
const notAdmitted: Failure = {
  code: 'not-admitted',
  message: 'This address was used already, or is not the one that was printed.',
  remedies: ['Start Bootwire again, and open the address that it prints.'],
}

class Connection {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  readonly #listeners = new Map<number, (news: never) => void>()
  readonly #stateListeners = new Set<(state: { state: 'stopped'; reason: string }) => void>()
  #nextId = 1
  readonly key: string

  static open(): Promise<Connection> {
    const token = location.hash.slice(1)
    // Nobody who looks over a shoulder or through the history needs to see it.
    history.replaceState(undefined, '', location.pathname)
    const key = sessionStorage.getItem(KEY)
    const introduction = token === '' && key !== null ? { key } : { token }
    const socket = new WebSocket(`ws://${location.host}/socket`)
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => socket.send(JSON.stringify(introduction)))
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as the desktop app's rejections are
      socket.addEventListener('close', () => reject(notAdmitted))
      socket.addEventListener(
        'message',
        ({ data }) => {
          const { key: given } = JSON.parse(data as string) as { readonly key: string }
          sessionStorage.setItem(KEY, given)
          resolve(new Connection(socket, given))
        },
        { once: true },
      )
    })
  }

  private constructor(socket: WebSocket, key: string) {
    this.#socket = socket
    this.key = key
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data as string) as { id: number } & ({ reply: Reply } | { news: never })
      if ('news' in message) this.#listeners.get(message.id)?.(message.news)
      else this.#waiting.get(message.id)?.(message.reply)
    })
    socket.addEventListener('close', () => {
      for (const answer of this.#waiting.values()) answer({ failure: ended })
      for (const listener of this.#stateListeners)
        listener({ state: 'stopped', reason: 'Bootwire has ended, or the connection to it is gone' })
    })
  }

  async ask<Name extends DesktopRequest>(
    name: Name,
    ...parameters: RequestParameters[Name]
  ): Promise<Awaited<ReturnType<DesktopApi[Name]>>> {
    const reply = await this.#ask(name, parameters)
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as the desktop app's rejections are
    if ('failure' in reply) throw reply.failure
    // JSON leaves out what is undefined.
    return reply.result as Awaited<ReturnType<DesktopApi[Name]>>
  }

  /** Of this mode alone: the desktop app has the system's own dialog. */
  async listFolders(path: string): Promise<FolderListing> {
    const reply = await this.#ask('listFolders', [path])
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as the desktop app's rejections are
    if ('failure' in reply) throw reply.failure
    return reply.result as FolderListing
  }

  listen(topic: DesktopTopic, listener: (news: never) => void): () => void {
    const id = this.#nextId++
    this.#listeners.set(id, listener)
    this.#send({ id, listen: topic })
    return () => {
      this.#listeners.delete(id)
      this.#send({ id, unlisten: true })
    }
  }

  onEnd(listener: (state: { state: 'stopped'; reason: string }) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  #ask(ask: string, parameters: readonly unknown[]): Promise<Reply> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve({ failure: ended })
    const id = this.#nextId++
    return new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#send({ id, ask, parameters })
    }).finally(() => this.#waiting.delete(id))
  }

  #send(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }
}

function apiOf(connection: Connection): DesktopApi {
  const { key } = connection
  return {
    environment: () => connection.ask('environment'),
    interfaces: () => connection.ask('interfaces'),
    chains: () => connection.ask('chains'),
    imports: () => connection.ask('imports'),
    chooseImports: async (kind) => importFiles(connection, await chooseFiles(kind)),
    importFiles: (files) => importFiles(connection, files),
    forgetImport: (path) => connection.ask('forgetImport', path),
    chooseFolder: () => chooseFolder(connection),
    lookForServers: (link) => connection.ask('lookForServers', link),
    review: (options) => connection.ask('review', options),
    start: (options) => connection.ask('start', options),
    stop: () => connection.ask('stop'),
    resetTarget: () => connection.ask('resetTarget'),
    screen: () => connection.ask('screen'),
    saveJournal: () => download(connection, 'saveJournal'),
    saveCapture: () => download(connection, 'saveCapture'),
    lastSetup: () => connection.ask('lastSetup'),
    onEvents: (listener) => connection.listen('events', listener),
    onServiceState: (listener) => {
      const stops = [connection.listen('service-state', listener), connection.onEnd(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
    onImportProgress: (listener) => connection.listen('import-progress', listener),
  }

  async function upload(file: File, name: string, group: string): Promise<string> {
    const query = new URLSearchParams({ group, name }).toString()
    const response = await fetch(`/uploads?${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: file,
    }).catch(() => undefined)
    if (response?.ok === true) return ((await response.json()) as { readonly path: string }).path
    const failure: Failure = {
      code: 'failed',
      message: `${file.name} could not be taken over by the computer that runs Bootwire.`,
      remedies: ['See that its disk has room, and try again.'],
    }
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- as the desktop app's rejections are
    throw failure
  }

  async function importFiles(to: Connection, files: readonly File[]): Promise<readonly ImportOutcome[]> {
    const outcomes: ImportOutcome[] = []
    const folders = new Map<string, File[]>()
    for (const file of files.filter(({ webkitRelativePath }) => !webkitRelativePath.includes('/.'))) {
      const [folder = ''] = file.webkitRelativePath.split('/')
      if (folder === '') outcomes.push(...(await importFile(to, file)))
      else folders.set(folder, [...(folders.get(folder) ?? []), file])
    }
    for (const [name, inIt] of folders) outcomes.push(...(await importFolder(to, name, inIt)))
    return outcomes
  }

  async function importFile(to: Connection, file: File): Promise<readonly ImportOutcome[]> {
    try {
      return await to.ask('importFiles', [await upload(file, file.name, crypto.randomUUID())])
    } catch (failure) {
      return [{ path: file.name, failure: failure as Failure }]
    }
  }

  /** The folder keeps its shape: kexts and boot loaders come as folders. */
  async function importFolder(
    to: Connection,
    name: string,
    files: readonly File[],
  ): Promise<readonly ImportOutcome[]> {
    const group = crypto.randomUUID()
    try {
      let path = ''
      for (const file of files) path = await upload(file, file.webkitRelativePath, group)
      return await to.ask('importFiles', [path.slice(0, path.indexOf(group) + group.length + 1) + name])
    } catch (failure) {
      return [{ path: name, failure: failure as Failure }]
    }
  }
}

/** Not a browser's own dialog: that would upload the folder, and targets mount one of Bootwire's computer. */
function chooseFolder(connection: Connection): Promise<string | undefined> {
  const focused = document.activeElement
  return new Promise((resolve) => {
    const dialog = mount(FolderDialog, {
      target: document.body,
      props: {
        list: (path: string) => connection.listFolders(path),
        onchoose: (path?: string) => {
          void unmount(dialog)
          if (focused instanceof HTMLElement) focused.focus()
          resolve(path)
        },
      },
    })
  })
}

/** Empty when it was cancelled. */
function chooseFiles(kind: 'files' | 'folder'): Promise<readonly File[]> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.webkitdirectory = kind === 'folder'
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}

/** By a link of its own, so that it goes to the disk and not into the page's memory. */
async function download(connection: Connection, name: 'saveJournal' | 'saveCapture'): Promise<boolean> {
  const path: unknown = await connection.ask(name)
  const link = document.createElement('a')
  link.href = String(path)
  link.download = ''
  link.click()
  return true
}
