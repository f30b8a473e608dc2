/** Lets something through once in a while for each key, so that one machine's packets cannot flood the events. */
export class Throttle {
  readonly #milliseconds: number
  readonly #now: () => number
  readonly #last = new Map<string, number>()

  constructor(milliseconds: number, now: () => number) {
    this.#milliseconds = milliseconds
    this.#now = now
  }

  /** Whether the key was not let through within the time. */
  admits(key: string): boolean {
    const now = this.#now()
    const last = this.#last.get(key)
    if (last !== undefined && now - last < this.#milliseconds) return false
    this.#last.delete(key)
    this.#last.set(key, now)
    // The oldest key is the first: it was set again whenever it was let through.
    if (this.#last.size > MOST_KEYS) this.#last.delete(this.#last.keys().next().value!)
    return true
  }
}

const MOST_KEYS = 1024
