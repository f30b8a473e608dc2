import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Message, type Command, type Failure } from '../service/commands.ts'
import type { Results } from '../service/results.ts'
import type { BootEvent } from '../clients/events.ts'

/** A command that the service refused or could not do. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly remedies: readonly string[]

  constructor({ code, message, remedies }: Failure) {
    super(message)
    this.code = code
    this.remedies = remedies
  }
}

/**
 * How the service's Node is started. What packets leave behind dies young: a larger nursery would hold 40 MB more of
 * it, and clean it up no faster.
 */
export const SERVICE_FLAGS = ['--max-semi-space-size=4']

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: ServiceError) => void
}

export interface ServiceClientOptions {
  /** The service's script. */
  readonly script: string
  readonly onEvent: (event: BootEvent) => void
  /** Called once, when the service has ended; `reason` is undefined when it was asked to. */
  readonly onExit?: (reason: string | undefined) => void
}

/** The boot service as a child process, one JSON line a message. It ends when its standard input does. */
export class ServiceClient {
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  readonly #options: ServiceClientOptions
  #nextId = 1
  #closing = false

  constructor(options: ServiceClientOptions) {
    this.#options = options
    this.#process = spawn(process.execPath, [...SERVICE_FLAGS, options.script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // A terminal's Ctrl-C reaches the whole group; the face decides when the service stops.
      detached: process.platform !== 'win32',
    })
    createInterface({ input: this.#process.stdout! }).on('line', (line) => this.#receive(line))
    // Writing to a service that has just died fails here; `exit` tells the same with a reason.
    this.#process.stdin!.on('error', () => {})
    this.#process.on('exit', (code, signal) => this.#ended(code, signal))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Rejects with a `ServiceError`. */
  request<Name extends Command['name']>(command: Extract<Command, { name: Name }>): Promise<Results[Name]> {
    const id = this.#nextId++
    return new Promise<Results[Name]>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: unknown) => void, reject })
      this.#process.stdin!.write(`${JSON.stringify({ id, command })}\n`)
    })
  }

  /** Stops the session, if any, and waits for the service to end. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()))
    this.#process.stdin!.end()
    await ended
  }

  #receive(line: string): void {
    const message = Message.parse(JSON.parse(line))
    if ('event' in message) {
      this.#options.onEvent(message.event)
      return
    }
    const pending = this.#pending.get(message.reply)
    this.#pending.delete(message.reply)
    if ('failure' in message) pending?.reject(new ServiceError(message.failure))
    else pending?.resolve(message.result)
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    const reason =
      this.#closing && code === 0 ? undefined : `the boot service ended with ${signal ?? `code ${code}`}`
    for (const { reject } of this.#pending.values())
      reject(
        new ServiceError({
          code: 'service-ended',
          message: reason ?? 'The boot service was closed.',
          remedies: [],
        }),
      )
    this.#pending.clear()
    this.#options.onExit?.(reason)
  }
}
