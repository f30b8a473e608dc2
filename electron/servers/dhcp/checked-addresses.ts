import type { Ipv4Address } from '../../protocols/addresses.ts'

/** How many addresses are kept ready: enough for a room of machines that are switched on together. */
const READY = 8
const AT_ONCE = 4
const CHECK_TIMEOUT_MS = 500
/** A device may join the link after its address was found free. */
const RECHECK_MS = 60_000

export interface AddressSource {
  /** Another address that nobody holds, undefined when there is none. */
  candidate(): Ipv4Address | undefined
  isFree(address: Ipv4Address): boolean
  /** Somebody answers for an address that nobody was given. */
  conflict(address: Ipv4Address): void
}

/**
 * A few free addresses that nobody on the link answers for, found ahead of need: a check takes as long as
 * nobody answers, and no client is to wait for it. When they run out, the check is skipped.
 */
export class CheckedAddresses {
  readonly #isInUse: (address: Ipv4Address, timeout: number) => Promise<boolean>
  readonly #source: AddressSource
  readonly #ready = new Set<Ipv4Address>()
  readonly #checking = new Set<Ipv4Address>()
  readonly #recheck: NodeJS.Timeout
  #closed = false

  constructor(isInUse: (address: Ipv4Address, timeout: number) => Promise<boolean>, source: AddressSource) {
    this.#isInUse = isInUse
    this.#source = source
    this.#recheck = setInterval(() => void this.#checkAgain(), RECHECK_MS).unref()
  }

  has(address: Ipv4Address): boolean {
    return this.#ready.has(address) || this.#checking.has(address)
  }

  take(): Ipv4Address | undefined {
    for (const address of this.#ready) {
      this.#ready.delete(address)
      if (!this.#source.isFree(address)) continue
      this.#fill()
      return address
    }
    this.#fill()
    return undefined
  }

  /** Resolves when the first few are checked; the others follow. */
  async prepare(): Promise<void> {
    const first = Array.from({ length: AT_ONCE }, () => this.#source.candidate())
    const found = first.filter((address) => address !== undefined)
    for (const address of found) this.#checking.add(address)
    const answers = await Promise.all(found.map((address) => this.#ask(address)))
    // In their order, so that the first target gets the first address.
    for (const [index, address] of found.entries()) this.#settle(address, answers[index]!)
    this.#fill()
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#recheck)
  }

  /** An address whose check is not over: better than none, when no other is left. */
  takeUnchecked(): Ipv4Address | undefined {
    return [...this.#checking].find((address) => this.#source.isFree(address))
  }

  /** Checks until enough addresses are ready, a few at once. */
  #fill(): void {
    while (this.#checking.size < AT_ONCE && this.#ready.size + this.#checking.size < READY) {
      const address = this.#closed ? undefined : this.#source.candidate()
      if (address === undefined) return
      void this.#check(address).then(() => this.#fill())
    }
  }

  async #check(address: Ipv4Address): Promise<void> {
    this.#checking.add(address)
    this.#settle(address, await this.#ask(address))
  }

  #settle(address: Ipv4Address, inUse: boolean): void {
    this.#checking.delete(address)
    // Meanwhile its holder may have come back, and then it is the holder who answers.
    if (this.#closed || !this.#source.isFree(address)) return
    if (inUse) this.#source.conflict(address)
    else this.#ready.add(address)
  }

  async #checkAgain(): Promise<void> {
    for (const address of [...this.#ready]) {
      const inUse = await this.#ask(address)
      if (this.#closed) return
      if (inUse && this.#ready.delete(address) && this.#source.isFree(address)) this.#source.conflict(address)
    }
    this.#fill()
  }

  /** A link that cannot ask is no reason to give no address. */
  #ask(address: Ipv4Address): Promise<boolean> {
    return this.#isInUse(address, CHECK_TIMEOUT_MS).catch(() => false)
  }
}
