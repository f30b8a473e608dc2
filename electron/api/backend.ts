import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { emptyTimeline, reduce, type Timeline } from '../clients/timeline.ts'
import type { BootEvent } from '../clients/events.ts'
import type { Command, Reading, StartOptions } from '../service/commands.ts'
import { failureOf } from '../service/failure.ts'
import type { KeptFile, Results } from '../service/results.ts'
import { setupFile } from '../service/state-folder.ts'
import type {
  DesktopApi,
  DesktopRequest,
  DesktopTopic,
  Environment,
  Failure,
  ImportOutcome,
  ServiceState,
} from './desktop.ts'
import { elevationHere } from './elevation/index.ts'
import { EventFeed } from './event-feed.ts'
import { isRequest, requestParameters, type Reply, type RequestParameters } from './requests.ts'
import { ServiceError } from './service-client.ts'
import { loadSetup, saveSetup } from './setup-store.ts'
import { VERSION } from './version.ts'
import { Supervisor, type KeptFileName } from './supervisor.ts'

/** What a face asks its user itself, in the way of its kind. */
export interface Dialogs {
  /** The paths of files, or of one folder, to import; empty when it was cancelled. */
  chooseImports(kind: 'files' | 'folder'): Promise<readonly string[]>
  chooseFolder(): Promise<string | undefined>
  /** Copies what was kept to where the user wants it; false when that was cancelled. */
  save(file: KeptFile, kind: KeptFileName): Promise<boolean>
}

export interface BackendOptions {
  readonly face: Environment['face']
  readonly dialogs: Dialogs
}

type Handlers = {
  [Name in DesktopRequest]: (...parameters: RequestParameters[Name]) => ReturnType<DesktopApi[Name]>
}

/** Beside the bundle that this is part of; in a package, where programs that know nothing of its archive find it. */
const SERVICE = fileURLToPath(new URL('./service.js', import.meta.url)).replace(
  /app\.asar(?=[/\\])/,
  '$&.unpacked',
)

/** Carries out `DesktopApi` for a face, and tells it what happens. */
export class Backend {
  readonly #events = new EventFeed()
  readonly #options: BackendOptions
  readonly #supervisor: Supervisor
  readonly #stateListeners = new Set<(state: ServiceState) => void>()
  readonly #readingListeners = new Set<(readings: readonly Reading[]) => void>()
  readonly #readings = new Map<string, Reading>()
  #timeline: Timeline = emptyTimeline

  constructor(options: BackendOptions) {
    this.#options = options
    this.#supervisor = new Supervisor({
      script: SERVICE,
      onEvent: (event) => this.#heed(event),
      onReading: (reading) => this.#heedReading(reading),
      onState: (state) => {
        for (const listener of this.#stateListeners) listener(state)
      },
    })
  }

  /** The targets that were heard in the session that runs. */
  get clientsAtWork(): readonly string[] {
    return this.#supervisor.hasSession ? Object.keys(this.#timeline.clients) : []
  }

  /** Tells what a topic has now, and its news; the result stops that. */
  listen(topic: DesktopTopic, listener: (news: unknown) => void): () => void {
    if (topic === 'events') return this.#events.listen(listener)
    const listeners = topic === 'service-state' ? this.#stateListeners : this.#readingListeners
    if (topic === 'service-state') listener(this.#supervisor.state)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** Carries out a request from outside. Never rejects: what is no request is answered as such. */
  answer(name: string, parameters: unknown): Promise<Reply> {
    return attempt(async () => {
      if (!isRequest(name)) throw badRequest(`There is no function ${JSON.stringify(name)}.`)
      const parsed = requestParameters[name].safeParse(parameters)
      if (!parsed.success) throw badRequest(`${name}: ${z.prettifyError(parsed.error)}`)
      const handler = this.#handlers[name] as (...parameters: unknown[]) => Promise<unknown>
      return handler(...parsed.data)
    })
  }

  /** Reads files into the library one after the other. */
  async import(paths: readonly string[]): Promise<readonly ImportOutcome[]> {
    const outcomes: ImportOutcome[] = []
    for (const path of paths) {
      try {
        outcomes.push({ entry: await this.#request({ name: 'import', path }) })
      } catch (error) {
        outcomes.push({ path, failure: failure(error) })
      }
      this.#readings.delete(path)
      this.#tellReadings()
    }
    return outcomes
  }

  /** A file of the session's. Rejects with a `ServiceError` that says why there is none. */
  async keptFile(kind: KeptFileName): Promise<KeptFile> {
    const file = await this.#supervisor.keptFile(kind)
    if (file !== undefined) return file
    throw new ServiceError({
      code: 'not-kept',
      message: `There is no ${kind} to save.`,
      remedies: [
        kind === 'capture'
          ? 'The packets of a virtual target are kept, and on Linux those of a real one. Elsewhere, record them beside Bootwire with Wireshark.'
          : 'Start a session first.',
      ],
    })
  }

  /** Ends the session, if any, and every service. */
  async close(): Promise<void> {
    await this.#supervisor.close()
  }

  readonly #handlers: Handlers = {
    environment: async () => {
      const { face } = this.#options
      const own = { face, version: VERSION, platform: process.platform, elevation: await elevationHere() }
      return { ...own, ...(await this.#request({ name: 'environment' })) }
    },
    interfaces: () => this.#request({ name: 'interfaces' }),
    lookForServers: (link) => this.#supervisor.lookForServers(link),
    chains: () => this.#request({ name: 'chains' }),
    imports: () => this.#request({ name: 'imports' }),
    chooseImports: async (kind) => this.import(await this.#options.dialogs.chooseImports(kind)),
    importFiles: (paths) => this.import(paths),
    forgetImport: (path) => this.#request({ name: 'forget-import', path }),
    chooseFolder: () => this.#options.dialogs.chooseFolder(),
    review: (options) => this.#request({ name: 'review', options }),
    start: (options) => this.#start(options),
    stop: async () => {
      await this.#supervisor.stop()
      return null
    },
    resetTarget: async () => {
      await this.#supervisor.requestOfSession({ name: 'reset-target' })
      return null
    },
    screen: async () => (await this.#supervisor.requestOfSession({ name: 'screen' })) ?? undefined,
    saveJournal: () => this.#save('journal'),
    saveCapture: () => this.#save('capture'),
    lastSetup: () => loadSetup(setupFile()),
  }

  #request<Name extends Command['name']>(command: Extract<Command, { name: Name }>): Promise<Results[Name]> {
    return this.#supervisor.request<Name>(command)
  }

  async #start(options: StartOptions): Promise<null> {
    if (!this.#supervisor.hasSession) {
      this.#events.begin()
      this.#timeline = emptyTimeline
    }
    const { link } = options
    await this.#supervisor.start({
      ...options,
      keep: true,
      link: link.kind === 'wire' ? { ...link, screen: true } : link,
    })
    // That it runs matters more than that it is remembered.
    await saveSetup(setupFile(), options).catch(() => {})
    return null
  }

  async #save(kind: KeptFileName): Promise<boolean> {
    return this.#options.dialogs.save(await this.keptFile(kind), kind)
  }

  #heed(event: BootEvent): void {
    this.#timeline = reduce(this.#timeline, event)
    this.#events.add(event)
  }

  #heedReading(reading: Reading): void {
    this.#readings.set(reading.path, reading)
    this.#tellReadings()
  }

  #tellReadings(): void {
    const readings = [...this.#readings.values()]
    for (const listener of this.#readingListeners) listener(readings)
  }
}

/** What `work` gives, or why it could not, as it crosses to a page. */
export async function attempt(work: () => Promise<unknown>): Promise<Reply> {
  try {
    return { result: await work() }
  } catch (error) {
    return { failure: failure(error) }
  }
}

function badRequest(message: string): ServiceError {
  return new ServiceError({ code: 'bad-request', message, remedies: [] })
}

function failure(error: unknown): Failure {
  if (!(error instanceof ServiceError)) return failureOf(error)
  const { code, message, remedies } = error
  return { code, message, remedies: [...remedies] }
}
