import type { Emit, Happening } from '../../clients/events.ts'
import type { Link } from '../../link/link.ts'
import type { Ipv4Address, MacAddress } from '../../protocols/addresses.ts'
import type { Agreement } from '../../protocols/tftp/negotiation.ts'
import type { Outcome } from './transfer.ts'

/** Events a second that requests without a transfer may cause. A flood of them is no news. */
const REFUSALS_A_SECOND = 100
const LONGEST_NAME = 255

/** Turns what the server sees into events, each with the client's hardware address. */
export class Reports {
  readonly #link: Link
  readonly #emit: Emit
  #transfers = 0
  #second = 0
  #inSecond = 0

  constructor(link: Link, emit: Emit) {
    this.#link = link
    this.#emit = emit
  }

  nextTransfer(): number {
    return ++this.#transfers
  }

  of(address: Ipv4Address): ClientReports {
    return new ClientReports(this, address)
  }

  /** Whether one more request without a transfer is worth an event. */
  isNews(): boolean {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#inSecond = 0
    }
    return this.#inSecond++ < REFUSALS_A_SECOND
  }

  async hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined> {
    // The answer that is about to be sent goes first.
    await Promise.resolve()
    try {
      return await this.#link.hardwareAddressOf(address)
    } catch {
      return undefined
    }
  }

  emit(happening: Happening): void {
    this.#emit(happening)
  }
}

type Sender = { readonly client?: MacAddress }

/**
 * What one client does. Finding its hardware address takes time that no answer waits for: until it is known,
 * events wait in line.
 */
export class ClientReports {
  readonly #reports: Reports
  readonly #address: Ipv4Address
  #waiting: ((sender: Sender) => Happening)[] | undefined
  #sender: Sender | undefined

  constructor(reports: Reports, address: Ipv4Address) {
    this.#reports = reports
    this.#address = address
  }

  started(transfer: number, file: string, size: number, { blockSize, windowSize }: Agreement): void {
    const address = this.#address
    const what = { transfer, protocol: 'tftp', address, file, size, blockSize, windowSize } as const
    this.#tell((sender) => ({ type: 'transfer-started', ...sender, ...what }))
  }

  progress(transfer: number, bytes: number): void {
    // The next one says it too.
    if (this.#sender !== undefined)
      this.#tell((sender) => ({ type: 'transfer-progress', ...sender, transfer, bytes }))
  }

  ended(transfer: number, outcome: Outcome, seconds: number): void {
    this.#tell((sender) => ({ type: 'transfer-ended', ...sender, transfer, ...outcome, seconds }))
  }

  missing(name: string, expected: boolean, nearest: string | undefined): void {
    if (!this.#reports.isNews()) return
    const what = { address: this.#address, file: shortened(name), expected }
    const near = nearest === undefined ? {} : { nearest }
    this.#tell((sender) => ({ type: 'file-missing', ...sender, ...what, ...near }))
  }

  refused(name: string, text: string): void {
    if (!this.#reports.isNews()) return
    const what = { address: this.#address, file: shortened(name), text }
    this.#tell((sender) => ({ type: 'request-refused', ...sender, protocol: 'tftp', ...what }))
  }

  #tell(happening: (sender: Sender) => Happening): void {
    if (this.#sender !== undefined) return this.#reports.emit(happening(this.#sender))
    if (this.#waiting !== undefined) return void this.#waiting.push(happening)
    const waiting = (this.#waiting = [happening])
    void this.#reports.hardwareAddressOf(this.#address).then((client) => {
      const sender = (this.#sender = client === undefined ? {} : { client })
      for (const each of waiting) this.#reports.emit(each(sender))
    })
  }
}

function shortened(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`
}
