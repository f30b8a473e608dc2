import { setTimeout } from 'node:timers/promises'
import type { BootEvent } from '../clients/events.ts'
import type { Command, InterfaceChoice, Reading, StartOptions } from '../service/commands.ts'
import type { KeptFile, Results } from '../service/results.ts'
import type { ServiceState } from './desktop.ts'
import { authorisationError, elevatedLaunch } from './elevation/index.ts'
import { ownLaunch } from './launch.ts'
import { ServiceClient, ServiceError, type Ending } from './service-client.ts'

export interface SupervisorOptions {
  /** The service's script, as it was built. */
  readonly script: string
  readonly onEvent: (event: BootEvent) => void
  readonly onReading: (reading: Reading) => void
  readonly onState: (state: ServiceState) => void
  /** Waits for so many milliseconds; rejects when it is aborted. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
}

/** Milliseconds before the first restart; each further one takes twice as long. */
const FIRST_WAIT = 250
const LONGEST_WAIT = 8000
/** Restarts one after the other before it is given up. */
const ATTEMPTS = 8
/** Milliseconds after which a service that runs is taken to be well. */
const WELL_AFTER = 30_000

/** What a session keeps for later, whatever becomes of its service. */
export type KeptFileName = 'journal' | 'capture'

/**
 * The boot services of one face. One runs always, as this user: it knows the library, reviews, and boots virtual
 * targets. A session on a real interface gets a service of its own, elevated where that is needed, which opens its ports,
 * becomes this user for good, and ends with the session.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #closing = new AbortController()
  readonly #kept = new Map<KeptFileName, KeptFile>()
  #own: ServiceClient | undefined
  #startedAt = 0
  #attempt = 0
  #state: ServiceState = { state: 'running' }
  /** Who runs the session, from its start to its end. */
  #session: ServiceClient | undefined
  /** Who looks around on an interface, while it does. */
  #scout: ServiceClient | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#start()
  }

  get state(): ServiceState {
    return this.#state
  }

  get hasSession(): boolean {
    return this.#session !== undefined
  }

  /** The processes of the services. */
  get pids(): readonly number[] {
    return [...new Set([this.#own?.pid, this.#session?.pid, this.#scout?.pid])].filter(
      (pid) => pid !== undefined,
    )
  }

  /** Asks the service of this user. Rejects with a `ServiceError`. */
  request<Name extends Command['name']>(command: Extract<Command, { name: Name }>): Promise<Results[Name]> {
    if (this.#state.state === 'stopped') this.#start()
    return this.#own === undefined ? Promise.reject(restarting()) : this.#own.request<Name>(command)
  }

  /** Asks the service that runs the session; undefined when none does. */
  async requestOfSession<Name extends Command['name']>(
    command: Extract<Command, { name: Name }>,
  ): Promise<Results[Name] | undefined> {
    return this.#session?.request<Name>(command)
  }

  /** Rejects with a `ServiceError`, of code `authorisation-refused` too; nothing runs then. */
  async start(options: StartOptions): Promise<void> {
    if (this.#session !== undefined) throw busy('A session is running already.')
    this.#kept.clear()
    if (options.link.kind === 'wire') {
      if (this.#own === undefined) throw restarting()
      await this.#startIn(this.#own, options)
    } else await this.#startOnInterface(options)
    for (const name of ['journal', 'capture'] as const) await this.#remember(name)
  }

  /** By a service of its own, which may be elevated as that of a session. Rejects with a `ServiceError`. */
  async lookForServers(link: InterfaceChoice): Promise<Results['look-for-servers']> {
    const launch = await elevatedLaunch(this.#options.script)
    if (this.#scout !== undefined || (this.#session !== undefined && this.#session !== this.#own))
      throw busy('The ports of DHCP are in use by Bootwire itself at the moment.')
    let authorisation: ServiceError | undefined
    const scout = new ServiceClient({
      // What it tells of the interface is no part of a session.
      onEvent: () => {},
      launch,
      keepComplaints: true,
      onExit: (ending) => (authorisation = authorisationError(ending)),
    })
    this.#scout = scout
    try {
      return await scout.request<'look-for-servers'>({ name: 'look-for-servers', link })
    } catch (error) {
      throw authorisation ?? error
    } finally {
      await scout.close()
      this.#scout = undefined
    }
  }

  async stop(): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    await session.request<'stop'>({ name: 'stop' }).catch(() => {})
    await this.#remember('journal')
    this.#session = undefined
    if (session !== this.#own) await session.close()
  }

  /** A file of the session's, with everything up to now; undefined when it is not kept. */
  async keptFile(name: KeptFileName): Promise<KeptFile | undefined> {
    await this.#remember(name)
    return this.#kept.get(name)
  }

  /** Ends every service, and with them their sessions. */
  async close(): Promise<void> {
    this.#closing.abort()
    const services = [...new Set([this.#session, this.#own, this.#scout])].filter(
      (service) => service !== undefined,
    )
    await Promise.all(services.map((service) => service.close()))
  }

  async #startIn(service: ServiceClient, options: StartOptions): Promise<void> {
    this.#session = service
    try {
      await service.request<'start'>({ name: 'start', options })
    } catch (error) {
      this.#session = undefined
      throw error
    }
  }

  async #startOnInterface(options: StartOptions): Promise<void> {
    let authorisation: ServiceError | undefined
    const service: ServiceClient = new ServiceClient({
      ...this.#listeners(),
      launch: await elevatedLaunch(this.#options.script),
      keepComplaints: true,
      onExit: (ending) => {
        authorisation = authorisationError(ending)
        if (this.#session === service) this.#sessionLost(ending)
      },
    })
    try {
      await this.#startIn(service, options)
    } catch (error) {
      await service.close()
      throw authorisation ?? error
    }
  }

  #listeners() {
    const { onEvent, onReading } = this.#options
    return { onEvent, onReading }
  }

  async #remember(name: KeptFileName): Promise<void> {
    const file = await this.#session?.request({ name }).catch(() => undefined)
    if (file !== undefined) this.#kept.set(name, file)
  }

  #start(): void {
    this.#startedAt = Date.now()
    const service: ServiceClient = new ServiceClient({
      ...this.#listeners(),
      launch: ownLaunch(this.#options.script),
      onExit: (ending) => {
        if (this.#own !== service) return
        this.#own = undefined
        if (this.#session === service) this.#sessionLost(ending)
        if (!this.#closing.signal.aborted) void this.#restart(ending.reason ?? 'the boot service ended')
      },
    })
    this.#own = service
    this.#tell({ state: 'running' })
  }

  async #restart(reason: string): Promise<void> {
    this.#attempt = Date.now() - this.#startedAt > WELL_AFTER ? 1 : this.#attempt + 1
    if (this.#attempt > ATTEMPTS) {
      this.#attempt = 0
      this.#tell({ state: 'stopped', reason })
      return
    }
    const inMilliseconds = Math.min(FIRST_WAIT * 2 ** (this.#attempt - 1), LONGEST_WAIT)
    this.#tell({ state: 'restarting', reason, inMilliseconds, attempt: this.#attempt })
    const { signal } = this.#closing
    const { sleep = (milliseconds) => setTimeout(milliseconds, undefined, { signal }) } = this.#options
    await sleep(inMilliseconds, signal).catch(() => {})
    if (!signal.aborted) this.#start()
  }

  /** What the service would have told at the end of its session. */
  #sessionLost({ reason = 'the boot service ended' }: Ending): void {
    this.#session = undefined
    if (!this.#closing.signal.aborted)
      this.#options.onEvent({ at: Date.now(), type: 'session-stopped', reason })
  }

  #tell(state: ServiceState): void {
    this.#state = state
    this.#options.onState(state)
  }
}

function busy(message: string): ServiceError {
  return new ServiceError({ code: 'busy', message, remedies: ['Stop it before you start another one.'] })
}

function restarting(): ServiceError {
  return new ServiceError({
    code: 'service-ended',
    message: 'The boot service has ended and is being started again.',
    remedies: ['Try again in a moment.'],
  })
}
