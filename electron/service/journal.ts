import { createWriteStream, type WriteStream } from 'node:fs'
import type { BootEvent, Happening } from '../clients/events.ts'

type Listener = (event: BootEvent) => void

/** Hundreds of boots fit. A busier session forgets its oldest events rather than fill the memory. */
const KEPT_EVENTS = 10_000

/** The session's events, stamped with their time, kept, and passed on to everyone who listens. */
export class Journal {
  readonly #events: BootEvent[] = []
  readonly #listeners = new Set<Listener>()
  #file: WriteStream | undefined

  /** A bound function, so that it can be handed to a server as its `Emit`. */
  readonly record = (happening: Happening): void => {
    const event: BootEvent = { at: performance.timeOrigin + performance.now(), ...happening }
    this.#events.push(event)
    if (this.#events.length > KEPT_EVENTS) this.#events.splice(0, KEPT_EVENTS / 10)
    this.#file?.write(lineOf(event))
    for (const listener of this.#listeners) listener(event)
  }

  get events(): readonly BootEvent[] {
    return this.#events
  }

  /** Calls `listener` at every event from now on; the result stops that. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets the events of the session before. */
  begin(): void {
    this.#events.length = 0
    this.#file?.end()
    this.#file = undefined
  }

  /**
   * Writes the events so far, and each that comes, to a file as JSON lines.
   * @param onError is called once if it can be written no longer, with the system's words
   */
  keepIn(path: string, onError: (reason: string) => void): void {
    const file = createWriteStream(path, { mode: 0o600 })
    this.#file = file
    file.on('error', (error) => {
      if (this.#file === file) this.#file = undefined
      onError(error.message)
    })
    for (const event of this.#events) file.write(lineOf(event))
  }

  /** The file with every event of the session so far; undefined when there is none. */
  async written(): Promise<string | undefined> {
    const file = this.#file
    if (file === undefined) return undefined
    await new Promise<void>((resolve) => file.write('', () => resolve()))
    return String(file.path)
  }
}

const lineOf = (event: BootEvent) => `${JSON.stringify(event)}\n`
