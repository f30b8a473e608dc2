import { secret } from './admission.ts'

/** Milliseconds until a ticket that nobody came with is worth nothing. */
const GOOD_FOR = 30_000

/** Each opens one thing, once: a browser sends no key with a download or with noVNC's WebSocket. */
export class Tickets<Thing> {
  readonly #things = new Map<string, Thing>()

  issue(thing: Thing): string {
    const ticket = secret()
    this.#things.set(ticket, thing)
    setTimeout(() => this.#things.delete(ticket), GOOD_FOR).unref()
    return ticket
  }

  redeem(ticket: string): Thing | undefined {
    const thing = this.#things.get(ticket)
    this.#things.delete(ticket)
    return thing
  }
}
