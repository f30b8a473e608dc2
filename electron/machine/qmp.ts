import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'

const Greeting = z.object({
  QMP: z.object({
    version: z.object({ qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }) }),
  }),
})
const Success = z.object({ return: z.unknown(), id: z.number() })
const Failure = z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.number() })
const Event = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).optional() })
const Message = z.union([Greeting, Success, Failure, Event])

/** Something that happened in QEMU, by the name its QMP reference gives it, such as `RESET`. */
export interface QmpEvent {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A command that QEMU refused, in its own words. */
export class QmpError extends Error {
  override readonly name = 'QmpError'
  /** QMP's class of error, such as `GenericError`. */
  readonly kind: string

  constructor(command: string, kind: string, description: string) {
    super(`QEMU refused "${command}": ${description}`)
    this.kind = kind
  }
}

interface Waiting {
  readonly command: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * A conversation with QEMU in its QEMU Machine Protocol: one JSON object per line, commands with ids, events at
 * any time (docs/interop/qmp-spec of QEMU).
 */
export class Qmp {
  readonly #output: Writable
  readonly #onEvent: (event: QmpEvent) => void
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #ended = false
  #rest = ''

  /**
   * Waits for QEMU's greeting and agrees on the protocol.
   * Rejects when the stream ends before.
   */
  static async connect(input: Readable, output: Writable, onEvent: (event: QmpEvent) => void): Promise<Qmp> {
    const qmp = new Qmp(output, onEvent)
    await new Promise<void>((greeted, failed) => {
      qmp.#greeted = greeted
      input.setEncoding('utf8')
      input.on('data', (text: string) => qmp.#receive(text))
      const end = () => {
        qmp.#end()
        failed(new Error('QEMU ended before it was ready'))
      }
      input.on('end', end)
      input.on('error', end)
      // Commands to a QEMU that is gone end by the end of its output.
      output.on('error', () => {})
    })
    await qmp.execute('qmp_capabilities')
    return qmp
  }

  #greeted: () => void = () => {}

  private constructor(output: Writable, onEvent: (event: QmpEvent) => void) {
    this.#output = output
    this.#onEvent = onEvent
  }

  /** Gives the command's result. Rejects with a `QmpError` when QEMU refuses, or when it ends meanwhile. */
  execute(command: string, argument: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(gone(command))
        return
      }
      const id = this.#nextId++
      this.#waiting.set(id, { command, resolve, reject })
      this.#output.write(`${JSON.stringify({ execute: command, arguments: argument, id })}\n`)
    })
  }

  #receive(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') this.#take(Message.safeParse(parse(line)))
  }

  #take(parsed: z.ZodSafeParseResult<z.infer<typeof Message>>): void {
    // Later versions may say more than this one knows.
    if (!parsed.success) return
    const message = parsed.data
    if ('QMP' in message) this.#greeted()
    else if ('event' in message) this.#onEvent({ event: message.event, data: message.data ?? {} })
    else {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if ('error' in message)
        waiting?.reject(new QmpError(waiting.command, message.error.class, message.error.desc))
      else waiting?.resolve(message.return)
    }
  }

  #end(): void {
    this.#ended = true
    for (const { command, reject } of this.#waiting.values()) reject(gone(command))
    this.#waiting.clear()
  }
}

function gone(command: string): QmpError {
  return new QmpError(command, 'Gone', 'it has ended')
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
