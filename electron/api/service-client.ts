import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import type { BootEvent } from '../clients/events.ts'
import { Message, type Command, type Failure, type Reading } from '../service/commands.ts'
import type { Remedy } from '../service/remedies.ts'
import type { Results } from '../service/results.ts'
import type { Launch } from './launch.ts'

/** A command that the service refused or could not do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly remedies: readonly Remedy[]

  constructor({ code, message, remedies }: Failure) {
    super(message)
    this.code = code
    this.remedies = remedies
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** How a service has ended. */
export interface Ending {
  /** As the end of a sentence; undefined when it was asked to. */
  readonly reason: string | undefined
  /** Its status, unless a signal ended it or it never ran. */
  readonly status?: number
  /** Whether it has said anything: an authorisation that is refused ends it before. */
  readonly spoke: boolean
  /** The last of what it wrote to standard error, when that is kept. */
  readonly complaints: string
}

export interface ServiceClientOptions {
  readonly launch: Launch
  readonly onEvent: (event: BootEvent) => void
  readonly onReading?: (reading: Reading) => void
  /** Called once, when the service has ended. */
  readonly onExit?: (ending: Ending) => void
  /** Keep what it writes to standard error rather than show it with what this process writes there. */
  readonly keepComplaints?: boolean
}

const COMPLAINTS_KEPT = 4000

/** The boot service as a child process, one JSON line a message. It ends when its standard input does. */
export class ServiceClient {
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #options: ServiceClientOptions
  readonly #ended: Promise<void>
  #ready: Promise<unknown> = Promise.resolve()
  #nextId = 1
  #closing = false
  #spoke = false
  #complaints = ''
  #ending: Ending | undefined

  constructor(options: ServiceClientOptions) {
    this.#options = options
    const { program, parameters, environment, preamble } = options.launch
    const child = spawn(program, parameters, {
      stdio: ['pipe', 'pipe', options.keepComplaints === true ? 'pipe' : 'inherit'],
      env: environment,
      windowsHide: true,
      // A terminal's Ctrl-C reaches the whole group; the face decides when the service stops.
      detached: process.platform !== 'win32',
    })
    this.#process = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS_KEPT)
    })
    createInterface({ input: child.stdout! }).on('line', (line) => this.#receive(line))
    // Writing to a service that has just died fails here; its end tells the same with a reason.
    child.stdin!.on('error', () => {})
    if (preamble !== undefined)
      this.#ready = pipeline(preamble(), child.stdin!, { end: false }).catch(() => child.stdin!.destroy())
    this.#ended = new Promise((resolve) => {
      const end = (how: string, status?: number) => {
        this.#end(how, status)
        resolve()
      }
      child.once('error', (error) => end(`cannot be started: ${error.message}`))
      child.once('close', (status, signal) =>
        end(`ended with ${signal ?? `code ${status}`}`, status ?? undefined),
      )
    })
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Rejects with a `ServiceError`. */
  request<Name extends Command['name']>(command: Extract<Command, { name: Name }>): Promise<Results[Name]> {
    const id = this.#nextId++
    return new Promise<Results[Name]>((resolve, reject) => {
      if (this.#ending !== undefined) {
        reject(goneError(this.#ending))
        return
      }
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
      void this.#ready.then(() => this.#process.stdin!.write(`${JSON.stringify({ id, command })}\n`))
    })
  }

  /** Stops the session, if any, and waits for the service to end. */
  async close(): Promise<void> {
    this.#closing = true
    this.#process.stdin!.end()
    // Whoever still waits for an authorisation does not read its input.
    if (!this.#spoke) this.#process.kill()
    await this.#ended
  }

  #receive(line: string): void {
    this.#spoke = true
    const message = Message.parse(JSON.parse(line))
    if ('event' in message) {
      this.#options.onEvent(message.event)
      return
    }
    if ('reading' in message) {
      this.#options.onReading?.(message.reading)
      return
    }
    const pending = this.#pending.get(message.reply)
    this.#pending.delete(message.reply)
    if ('failure' in message) pending?.reject(new ServiceError(message.failure))
    else pending?.resolve(message.result)
  }

  #end(how: string, status?: number): void {
    if (this.#ending !== undefined) return
    this.#ending = {
      reason: this.#closing && (status === 0 || !this.#spoke) ? undefined : `the boot service ${how}`,
      spoke: this.#spoke,
      complaints: this.#complaints.trim(),
      ...(status === undefined ? {} : { status }),
    }
    for (const { reject } of this.#pending.values()) reject(goneError(this.#ending))
    this.#pending.clear()
    this.#options.onExit?.(this.#ending)
  }
}

function goneError({ reason = 'The boot service was closed.' }: Ending): ServiceError {
  return new ServiceError({ code: 'service-ended', message: reason, remedies: [] })
}
