import type { BootEvent } from '../clients/events.ts'

type Listener = (events: readonly BootEvent[]) => void

/** Milliseconds between two batches: a page draws no more often. */
const FRAME = 16
/** What a page that comes late is told of a long session: its start, and what happened last. */
const KEPT_EVENTS = 10_000

/** The session's events in batches, for pages: one that begins to listen is first told all that there was. */
export class EventFeed {
  #history: BootEvent[] = []
  #batch: BootEvent[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #listeners = new Set<Listener>()

  add(event: BootEvent): void {
    this.#batch.push(event)
    this.#timer ??= setTimeout(() => this.#flush(), FRAME)
  }

  /** Another session begins: what was before is told to nobody any more. */
  begin(): void {
    this.#history = []
    this.#batch = []
  }

  listen(listener: Listener): () => void {
    this.#flush()
    this.#listeners.add(listener)
    if (this.#history.length > 0) listener(this.#history)
    return () => this.#listeners.delete(listener)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#batch.length === 0) return
    const batch = latestProgress(this.#batch)
    this.#batch = []
    this.#history.push(...batch)
    if (this.#history.length > KEPT_EVENTS) this.#forget()
    for (const listener of this.#listeners) listener(batch)
  }

  #forget(): void {
    const start = this.#history.filter(({ type }) => type === 'session-started')
    this.#history = [...start, ...this.#history.slice(-KEPT_EVENTS * 0.9)]
  }
}

/** Of a transfer's progress only the latest news in a batch is any. */
export function latestProgress(events: readonly BootEvent[]): BootEvent[] {
  const seen = new Set<number>()
  return events
    .toReversed()
    .filter((event) => {
      if (event.type !== 'transfer-progress') return true
      const isOld = seen.has(event.transfer)
      seen.add(event.transfer)
      return !isOld
    })
    .toReversed()
}
