import type { BootEvent, Happening } from '../clients/events.ts'

type Listener = (event: BootEvent) => void

/** Hundreds of boots fit. A busier session forgets its oldest events rather than fill the memory. */
const KEPT_EVENTS = 10_000

/** The session's events, stamped with their time, kept, and passed on to everyone who listens. */
export class Journal {
  readonly #events: BootEvent[] = []
  readonly #listeners = new Set<Listener>()

  /** A bound function, so that it can be handed to a server as its `Emit`. */
  readonly record = (happening: Happening): void => {
    const event: BootEvent = { at: performance.timeOrigin + performance.now(), ...happening }
    this.#events.push(event)
    if (this.#events.length > KEPT_EVENTS) this.#events.splice(0, KEPT_EVENTS / 10)
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
}
