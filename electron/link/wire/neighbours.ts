import type { Ipv4Address, MacAddress } from '../../protocols/addresses.ts'
import type { Ipv4Packet } from '../../protocols/ethernet/ipv4.ts'

export interface NeighbourEvents {
  /** Ask the wire who has `address`. */
  ask(address: Ipv4Address): void
  /** `packets` can go to `mac` now. */
  found(mac: MacAddress, packets: readonly Ipv4Packet[]): void
  /** Nobody answered; what waited is lost. */
  notFound(address: Ipv4Address): void
}

/** The table's size. The neighbour learned first gives way. */
const MOST_NEIGHBOURS = 256
const MOST_SEARCHES = 64
const MOST_WAITING = 64
/** RFC 1122 section 2.3.2.1: at most one request a second for an address. */
const ASK_EVERY = 1000
const ASK_TIMES = 3

interface Search {
  readonly waiting: Ipv4Packet[]
  asked: number
  readonly timer: NodeJS.Timeout
}

/** Who has which address on the wire, and the packets that wait for an answer to that (RFC 826). */
export class Neighbours {
  readonly #events: NeighbourEvents
  /** In the order in which they were learned. */
  readonly #known = new Map<Ipv4Address, MacAddress>()
  readonly #searches = new Map<Ipv4Address, Search>()

  constructor(events: NeighbourEvents) {
    this.#events = events
  }

  lookup(address: Ipv4Address): MacAddress | undefined {
    return this.#known.get(address)
  }

  /** Takes note that `address` was heard from `mac`, and lets go what waited for that. */
  learn(address: Ipv4Address, mac: MacAddress): void {
    if (this.#known.get(address) !== mac) {
      this.#known.delete(address)
      this.#known.set(address, mac)
      const [oldest] = this.#known.keys()
      if (this.#known.size > MOST_NEIGHBOURS && oldest !== undefined) this.#known.delete(oldest)
    }
    const search = this.#searches.get(address)
    if (search === undefined) return
    this.#end(address, search)
    this.#events.found(mac, search.waiting)
  }

  /** Finds the owner of `address` and keeps `packets` until then, or until nobody answers. */
  find(address: Ipv4Address, packets: readonly Ipv4Packet[]): void {
    const known = this.#known.get(address)
    if (known !== undefined) {
      this.#events.found(known, packets)
      return
    }
    const search = this.#searches.get(address) ?? this.#begin(address)
    if (search !== undefined && search.waiting.length + packets.length <= MOST_WAITING)
      search.waiting.push(...packets)
  }

  /** Forgets everyone: another target may have been plugged in. */
  clear(): void {
    for (const [address, search] of this.#searches) this.#end(address, search)
    this.#known.clear()
  }

  #begin(address: Ipv4Address): Search | undefined {
    if (this.#searches.size === MOST_SEARCHES) return undefined
    const search: Search = {
      waiting: [],
      asked: 1,
      timer: setInterval(() => this.#askAgain(address, search), ASK_EVERY),
    }
    this.#searches.set(address, search)
    this.#events.ask(address)
    return search
  }

  #askAgain(address: Ipv4Address, search: Search): void {
    if (search.asked < ASK_TIMES) {
      search.asked++
      this.#events.ask(address)
      return
    }
    this.#end(address, search)
    this.#events.notFound(address)
  }

  #end(address: Ipv4Address, search: Search): void {
    clearInterval(search.timer)
    this.#searches.delete(address)
  }
}
