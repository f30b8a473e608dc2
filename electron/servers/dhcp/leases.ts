import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocols/addresses.ts'
import { CheckedAddresses } from './checked-addresses.ts'
import type { AddressPool } from './pool.ts'

/** An address that a client was given. It is the client's to come back to after it expired, until it is needed. */
export interface Lease {
  readonly mac: MacAddress
  readonly address: Ipv4Address
  /** Milliseconds since the Unix epoch. */
  readonly expires: number
}

export interface LeaseTableOptions {
  readonly pool: AddressPool
  /** Never given to anyone: the server's own. */
  readonly excluded: readonly Ipv4Address[]
  /** Always given to the same client, and never to another. */
  readonly fixed: ReadonlyMap<MacAddress, Ipv4Address>
  readonly now: () => number
  readonly isInUse: (address: Ipv4Address, timeout: number) => Promise<boolean>
  readonly onConflict: (address: Ipv4Address) => void
  /** A lease was given, prolonged or ended. */
  readonly onChange: () => void
}

interface Entry extends Lease {
  /** It was acknowledged at some time, and not only offered. */
  readonly bound: boolean
}

/** How long an offered address waits for its REQUEST. */
const OFFER_MS = 60_000
/** How long an address that somebody else uses is left alone. */
const SET_ASIDE_MS = 600_000

/**
 * Who has which address. A client is its hardware address and nothing else, because the firmware, the boot loader
 * and the kernel of one machine send different client identifiers and are to get the same address.
 */
export class LeaseTable {
  readonly #options: LeaseTableOptions
  readonly #first: number
  readonly #last: number
  readonly #fixedAddresses: ReadonlySet<Ipv4Address>
  readonly #excluded: ReadonlySet<Ipv4Address>
  readonly #byMac = new Map<MacAddress, Entry>()
  /** The least recently used lease is the first. */
  readonly #byAddress = new Map<Ipv4Address, Entry>()
  readonly #setAside = new Map<Ipv4Address, number>()
  readonly #checked: CheckedAddresses
  /** Addresses before this one have had a holder, or are in `#spare`. */
  #fresh: number
  readonly #spare: Ipv4Address[] = []
  /** Nothing can become free before this time, so that a full pool is not searched for every packet. */
  #fullUntil = 0

  constructor(options: LeaseTableOptions) {
    this.#options = options
    this.#first = ipv4ToNumber(options.pool.first)
    this.#last = ipv4ToNumber(options.pool.last)
    this.#fresh = this.#first
    this.#fixedAddresses = new Set(options.fixed.values())
    this.#excluded = new Set(options.excluded)
    this.#checked = new CheckedAddresses(options.isInUse, {
      candidate: () => this.#candidate(),
      isFree: (address) => this.isFree(address),
      conflict: (address) => {
        this.#putAside(address)
        options.onConflict(address)
      },
    })
  }

  /** Checks the first addresses ahead of need. */
  prepare(): Promise<void> {
    return this.#checked.prepare()
  }

  restore(leases: readonly Lease[]): void {
    for (const { mac, address, expires } of [...leases].sort((a, b) => a.expires - b.expires)) {
      if (this.#isInPool(address)) this.#record({ mac, address, expires, bound: true })
    }
  }

  /** Every lease that was acknowledged, expired ones included. */
  snapshot(): Lease[] {
    return [...this.#byAddress.values()]
      .filter(({ bound }) => bound)
      .map(({ mac, address, expires }) => ({ mac, address, expires }))
  }

  /** The address that a client has or had last. */
  addressOf(mac: MacAddress): Ipv4Address | undefined {
    return this.#options.fixed.get(mac) ?? this.#byMac.get(mac)?.address
  }

  /** Whether the address is given out here at all, to whomever. */
  manages(address: Ipv4Address): boolean {
    return this.#isInPool(address) || this.#fixedAddresses.has(address)
  }

  isFree(address: Ipv4Address): boolean {
    const now = this.#options.now()
    const holder = this.#byAddress.get(address)
    return this.#isInPool(address) && !this.#isSetAside(address, now) && !(holder && holder.expires > now)
  }

  /**
   * Holds an address for a client: its fixed one, the one that it had, the one that it `wants`, or another.
   * Undefined when every address is taken.
   */
  offer(mac: MacAddress, wants?: Ipv4Address): Ipv4Address | undefined {
    const fixed = this.#options.fixed.get(mac)
    if (fixed !== undefined) return fixed
    const now = this.#options.now()
    const held = this.#byMac.get(mac)
    const address = held?.address ?? this.#wanted(wants) ?? this.#unused()
    if (address === undefined) return undefined
    const expires = Math.max(held?.expires ?? 0, now + OFFER_MS)
    this.#record({ mac, address, expires, bound: held?.bound ?? false })
    return address
  }

  /** Gives a client an address for `seconds`. False when it is somebody else's or not ours to give. */
  bind(mac: MacAddress, address: Ipv4Address, seconds: number): boolean {
    const fixed = this.#options.fixed.get(mac)
    if (fixed !== undefined) return address === fixed
    if (this.#byAddress.get(address)?.mac !== mac && !this.isFree(address)) return false
    this.#record({ mac, address, expires: this.#options.now() + 1000 * seconds, bound: true })
    this.#options.onChange()
    return true
  }

  /** The client gives its address back, and will get it again as long as nobody else needs it. */
  release(mac: MacAddress, address: Ipv4Address): boolean {
    const held = this.#byMac.get(mac)
    if (held?.address !== address) return false
    this.#record({ ...held, expires: this.#options.now() })
    this.#options.onChange()
    return true
  }

  /** The client took another server's offer. */
  withdraw(mac: MacAddress): void {
    const held = this.#byMac.get(mac)
    if (held === undefined || held.bound) return
    this.#record({ ...held, expires: this.#options.now() })
  }

  /** The client found its address in use by somebody else. False when it was not its address. */
  decline(mac: MacAddress, address: Ipv4Address): boolean {
    const held = this.#byMac.get(mac)
    if (held?.address !== address) return false
    this.#byMac.delete(mac)
    this.#putAside(address)
    this.#options.onChange()
    return true
  }

  close(): void {
    this.#checked.close()
  }

  #isInPool(address: Ipv4Address): boolean {
    const value = ipv4ToNumber(address)
    return value >= this.#first && value <= this.#last && !this.#isUnavailable(address)
  }

  #isUnavailable(address: Ipv4Address): boolean {
    return this.#fixedAddresses.has(address) || this.#excluded.has(address)
  }

  #isSetAside(address: Ipv4Address, now: number): boolean {
    const until = this.#setAside.get(address)
    return until !== undefined && until > now
  }

  /** What a client remembers from elsewhere is given to it, unless somebody else may come back to it. */
  #wanted(address: Ipv4Address | undefined): Ipv4Address | undefined {
    return address !== undefined && this.isFree(address) && !this.#byAddress.has(address)
      ? address
      : undefined
  }

  #unused(): Ipv4Address | undefined {
    return this.#checked.take() ?? this.#candidate() ?? this.#checked.takeUnchecked()
  }

  #putAside(address: Ipv4Address): void {
    const holder = this.#byAddress.get(address)
    if (holder !== undefined) this.#byMac.delete(holder.mac)
    this.#byAddress.delete(address)
    this.#setAside.delete(address)
    this.#setAside.set(address, this.#options.now() + SET_ASIDE_MS)
    this.#fullUntil = 0
  }

  #record(entry: Entry): void {
    const before = this.#byAddress.get(entry.address)
    if (before !== undefined && before.mac !== entry.mac) this.#byMac.delete(before.mac)
    const other = this.#byMac.get(entry.mac)
    if (other !== undefined && other.address !== entry.address) {
      this.#byAddress.delete(other.address)
      this.#spare.push(other.address)
      this.#fullUntil = 0
    }
    this.#byAddress.delete(entry.address)
    this.#byAddress.set(entry.address, entry)
    this.#byMac.set(entry.mac, entry)
    this.#fullUntil = Math.min(this.#fullUntil, entry.expires)
  }

  /** An address that nobody holds, the longest unused one when each has had a holder. */
  #candidate(): Ipv4Address | undefined {
    const now = this.#options.now()
    while (this.#fresh <= this.#last) {
      const address = ipv4FromNumber(this.#fresh)
      this.#fresh += 1
      if (this.#isUntouched(address)) return address
    }
    while (this.#spare.length > 0) {
      const address = this.#spare.pop()!
      if (this.#isUntouched(address)) return address
    }
    if (now < this.#fullUntil) return undefined
    return this.#endedSetAside(now) ?? this.#leastRecentlyUsed(now)
  }

  #isUntouched(address: Ipv4Address): boolean {
    return (
      !this.#isUnavailable(address) &&
      !this.#byAddress.has(address) &&
      !this.#setAside.has(address) &&
      !this.#checked.has(address)
    )
  }

  #endedSetAside(now: number): Ipv4Address | undefined {
    for (const [address, until] of this.#setAside) {
      if (until > now) return undefined
      this.#setAside.delete(address)
      if (!this.#byAddress.has(address)) return address
    }
    return undefined
  }

  #leastRecentlyUsed(now: number): Ipv4Address | undefined {
    let soonest = this.#setAside.values().next().value ?? Number.POSITIVE_INFINITY
    for (const { address, expires } of this.#byAddress.values()) {
      const isChecked = this.#checked.has(address)
      if (expires <= now && !isChecked) return address
      soonest = Math.min(soonest, expires)
    }
    this.#fullUntil = soonest
    return undefined
  }
}
