import type { Emit, Happening } from '../../clients/events.ts'
import { nearestOf } from '../../chains/nearest.ts'
import type { Link } from '../../link/link.ts'
import type { Ipv4Address, MacAddress } from '../../protocols/addresses.ts'
import type { Caller } from '../rpc/program.ts'
import { Coverage } from './coverage.ts'
import type { NfsError } from './volume/volume.ts'

/** Milliseconds between two events about the progress of one file. */
const PROGRESS_INTERVAL = 250
/** Milliseconds without a read after which a client is done with a file. */
const QUIET = 3_000
const SWEEP_INTERVAL = 1_000
/** Events a second for each kind of thing: a running system opens hundreds of small files. */
const NEWS_A_SECOND = 50
const FILES_KEPT = 1024
/** A folder with more names than this is not searched for a similar one. */
const NAMES_COMPARED = 2000

/** What one client reads of one file. */
interface Reading {
  readonly transfer: number
  readonly reported: boolean
  readonly coverage: Coverage
  readonly startedAt: number
  lastReadAt: number
  lastToldAt: number
  ended: boolean
}

/** A name that was not found in the folder of this path. */
interface Missed {
  readonly path: string
  readonly name: string
}

type Folder = () => Promise<readonly { readonly name: string }[]>

export interface Read {
  /** Tells this file from others of the same client. */
  readonly file: string
  readonly path: () => string
  readonly size: number
  readonly offset: number
  readonly length: number
  readonly count: number
}

/** Turns what clients do into events, with their hardware addresses, and few enough of them to be read. */
export class Reports {
  readonly #link: Link
  readonly #emit: Emit
  readonly #readings = new Map<string, Reading>()
  readonly #clients = new Map<Ipv4Address, Client>()
  readonly #news = new Map<string, number>()
  /** TFTP counts its transfers upwards from 1, so that all numbers of a session are different. */
  #transfers = 0
  #sweep: NodeJS.Timeout | undefined

  constructor(link: Link, emit: Emit) {
    this.#link = link
    this.#emit = emit
  }

  portAsked({ address }: Caller, program: 'nfs' | 'mount', version: number): void {
    if (!this.#isNews('port')) return
    this.#tell(address, (client) => ({ type: 'nfs-port-asked', ...client, address, program, version }))
  }

  mounted({ address }: Caller, path: string): void {
    // Who mounts starts anew: a loader that asks for the next kernel, say.
    this.#client(address).hasRead = false
    this.#tell(address, (client) => ({ type: 'nfs-mounted', ...client, address, path }))
  }

  mountRefused({ address }: Caller, path: string, { message }: NfsError): void {
    if (!this.#isNews('refused')) return
    const text = `cannot be mounted: ${message}`
    const what = { protocol: 'nfs', address, file: path, text } as const
    this.#tell(address, (client) => ({ type: 'request-refused', ...client, ...what }))
  }

  /** `folder` lists what is beside the name, and is asked where that is worth it. */
  async lookupMissed({ address }: Caller, { path, name }: Missed, folder: Folder): Promise<void> {
    if (!this.#isNews('missed')) return
    const expected = this.#client(address).hasRead
    const names = expected ? [] : await folder().catch(() => [])
    const nearest = nearestOf(name, names.length > NAMES_COMPARED ? [] : names.map((one) => one.name))
    const near = nearest === undefined ? {} : { nearest }
    const file = `${path === '/' ? '' : path}/${name}`
    this.#tell(address, (client) => ({
      type: 'nfs-lookup-missed',
      ...client,
      address,
      file,
      expected,
      ...near,
    }))
  }

  /** A file that was read whole and is looked up again is read anew from here on: the target boots it again. */
  lookedUp({ address }: Caller, file: string): void {
    const key = readingKey(address, file)
    if (this.#readings.get(key)?.ended === true) this.#readings.delete(key)
  }

  read({ address }: Caller, read: Read): void {
    // A read past the end is how read-ahead ends, and nothing of the file.
    if (read.length === 0) return
    this.#client(address).hasRead = true
    const now = performance.now()
    const key = readingKey(address, read.file)
    const reading = this.#readings.get(key) ?? this.#start(key, address, read, now)
    reading.lastReadAt = now
    if (reading.ended) return
    reading.coverage.add(read.offset, read.offset + read.length)
    if (reading.coverage.bytes >= read.size) this.#end(address, reading, 'complete', now)
    else if (now - reading.lastToldAt >= PROGRESS_INTERVAL) {
      reading.lastToldAt = now
      const { transfer, coverage } = reading
      if (reading.reported)
        this.#tell(address, (client) => ({
          type: 'transfer-progress',
          ...client,
          transfer,
          bytes: coverage.bytes,
        }))
    }
  }

  close(): void {
    clearInterval(this.#sweep)
    const now = performance.now()
    for (const [key, reading] of this.#readings) this.#end(addressOf(key), reading, 'partial', now)
    this.#readings.clear()
  }

  #start(key: string, address: Ipv4Address, { path, size, count }: Read, now: number): Reading {
    const transfer = --this.#transfers
    const reported = this.#isNews('started')
    const reading = {
      transfer,
      reported,
      coverage: new Coverage(),
      startedAt: now,
      lastReadAt: now,
      lastToldAt: now,
      ended: false,
    }
    this.#readings.set(key, reading)
    const [oldest] = this.#readings.keys()
    if (this.#readings.size > FILES_KEPT && oldest !== undefined) this.#forget(oldest, now)
    this.#sweep ??= setInterval(() => this.#forgetQuiet(), SWEEP_INTERVAL).unref()
    const what = { transfer, protocol: 'nfs', address, file: path(), size, blockSize: count } as const
    if (reported)
      this.#tell(address, (client) => ({ type: 'transfer-started', ...client, ...what, windowSize: 1 }))
    return reading
  }

  #end(address: Ipv4Address, reading: Reading, outcome: 'complete' | 'partial', now: number): void {
    if (reading.ended) return
    reading.ended = true
    if (!reading.reported) return
    const { transfer, coverage } = reading
    const last = outcome === 'complete' ? now : reading.lastReadAt
    const what = { transfer, outcome, bytes: coverage.bytes, resent: 0 } as const
    const seconds = (last - reading.startedAt) / 1000
    this.#tell(address, (client) => ({ type: 'transfer-ended', ...client, ...what, seconds }))
  }

  /** What is read again after a while is read anew; what is sent again at once is the same reading. */
  #forgetQuiet(): void {
    const now = performance.now()
    for (const [key, { lastReadAt }] of this.#readings) if (now - lastReadAt > QUIET) this.#forget(key, now)
    if (this.#readings.size > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #forget(key: string, now: number): void {
    const reading = this.#readings.get(key)
    if (reading !== undefined) this.#end(addressOf(key), reading, 'partial', now)
    this.#readings.delete(key)
  }

  #isNews(kind: string): boolean {
    const second = `${kind} ${Math.floor(performance.now() / 1000)}`
    const count = (this.#news.get(second) ?? 0) + 1
    if (count === 1 && this.#news.size > 8) this.#news.clear()
    this.#news.set(second, count)
    return count <= NEWS_A_SECOND
  }

  #client(address: Ipv4Address): Client {
    let client = this.#clients.get(address)
    if (client === undefined) this.#clients.set(address, (client = new Client()))
    return client
  }

  #tell(address: Ipv4Address, happening: (sender: Sender) => Happening): void {
    this.#client(address).tell(
      () => this.#link.hardwareAddressOf(address),
      (sender) => this.#emit(happening(sender)),
    )
  }
}

interface Sender {
  readonly client?: MacAddress
}

/** Finding a client's hardware address takes time that no answer waits for: until then its events wait in line. */
class Client {
  hasRead = false
  #sender: Sender | undefined
  #waiting: ((sender: Sender) => void)[] | undefined

  tell(find: () => Promise<MacAddress | undefined>, emit: (sender: Sender) => void): void {
    if (this.#sender !== undefined) return emit(this.#sender)
    if (this.#waiting !== undefined) return void this.#waiting.push(emit)
    const waiting = (this.#waiting = [emit])
    const known = (client: MacAddress | undefined) => {
      const sender = (this.#sender = client === undefined ? {} : { client })
      for (const each of waiting) each(sender)
    }
    find().then(known, () => known(undefined))
  }
}

function readingKey(address: Ipv4Address, file: string): string {
  return `${address} ${file}`
}

function addressOf(key: string): Ipv4Address {
  return key.slice(0, key.indexOf(' '))
}
