import type { BootAnswer, BootClient } from '../../chains/chain.ts'
import type { DhcpMode, Emit, Happening } from '../../clients/events.ts'
import { randomInt } from 'node:crypto'
import { LinkError, type Endpoint, type Link, type LinkSocket } from '../../link/link.ts'
import {
  ANY_ADDRESS,
  BROADCAST_ADDRESS,
  contains,
  type Ipv4Address,
  type MacAddress,
} from '../../protocols/addresses.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { decodeMessage } from '../../protocols/dhcp/decode.ts'
import { encodeMessage } from '../../protocols/dhcp/encode.ts'
import {
  CLIENT_PORT,
  ETHERNET,
  PXE_PORT,
  SERVER_PORT,
  hardwareAddress,
  type DhcpMessage,
} from '../../protocols/dhcp/message.ts'
import { kindOf } from '../../protocols/dhcp/summary.ts'
import { ForeignServers } from './foreign.ts'
import { FullMode } from './full.ts'
import { LeaseSaver, type LeaseStore } from './lease-store.ts'
import { LeaseTable } from './leases.ts'
import { defaultPool, requireUsablePool, type AddressPool } from './pool.ts'
import { probeDiscover } from './probe.ts'
import { ProxyMode } from './proxy.ts'
import type { Outcome, Reply } from './reply.ts'
import { readRequest, type ClientRequest } from './request.ts'
import { Throttle } from './throttle.ts'

export interface DhcpServerOptions {
  readonly mode: Exclude<DhcpMode, 'off'>
  /** What the chain tells a client; a string is the reason why it cannot boot it. */
  readonly bootAnswer: (client: BootClient) => BootAnswer | string
  readonly emit: Emit
  /** Who is answered; empty means anyone on the link. */
  readonly allow?: readonly MacAddress[]
  /** Full mode only, as all that follow. By default all of the link's subnet. */
  readonly pool?: AddressPool
  readonly leaseSeconds?: number
  /** Addresses that are always given to the same client. */
  readonly fixed?: ReadonlyMap<MacAddress, Ipv4Address>
  readonly leaseStore?: LeaseStore
  readonly hostName?: (mac: MacAddress) => string
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
}

const LEASE_SECONDS = 3600
/** How often the link is searched for servers that came later, where offers may pass by unheard. */
const SEARCH_MS = 60_000
/** How often the same thing is told again about the same machine. */
const REPEAT_MS = 60_000

/**
 * Answers DHCP, BOOTP and PXE on one link, from the link's address and with it as server identifier and next
 * server. Whoever is not on the link is not answered. In full mode no answer carries option 60, so that firmware
 * takes the boot file from the OFFER and never asks on port 4011; in proxy mode both ports are served.
 */
export class DhcpServer {
  readonly pool: AddressPool | undefined
  readonly #link: Link
  readonly #options: DhcpServerOptions
  readonly #allow: ReadonlySet<MacAddress>
  readonly #leases: LeaseTable | undefined
  readonly #saver: LeaseSaver | undefined
  readonly #answer: (request: ClientRequest, port: typeof SERVER_PORT | typeof PXE_PORT) => Outcome
  readonly #told: Throttle
  readonly #foreign: ForeignServers
  /** What came up while a request was answered, told after the request itself. */
  readonly #afterwards: Happening[] = []
  readonly #sockets: LinkSocket[] = []
  #search: NodeJS.Timeout | undefined

  /**
   * Opens the ports and begins to answer. Rejects with a `LinkError` when a port cannot be opened and with a
   * `RangeError` when the pool or a fixed address is not in the link's subnet.
   */
  static async start(link: Link, options: DhcpServerOptions): Promise<DhcpServer> {
    const server = new DhcpServer(link, options)
    try {
      await server.#restore()
      await server.#serve(SERVER_PORT)
      if (options.mode === 'proxy') await server.#serve(PXE_PORT)
      await server.#watch()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  private constructor(link: Link, options: DhcpServerOptions) {
    const { now = Date.now, mode, leaseStore } = options
    this.#link = link
    this.#options = options
    this.#allow = new Set(options.allow?.map((mac) => mac.toLowerCase()))
    this.#told = new Throttle(REPEAT_MS, now)
    this.#foreign = new ForeignServers({ own: link.address, mode, emit: options.emit, told: this.#told })
    const boot = (request: ClientRequest) => this.#boot(request)
    if (mode === 'proxy') {
      const proxy = new ProxyMode({ link, boot })
      this.#answer = (request, port) => proxy.answer(request, port)
      return
    }
    this.pool = options.pool ?? defaultPool(link)
    requireUsablePool(this.pool, link)
    const leases = new LeaseTable({
      pool: this.pool,
      excluded: [link.address],
      fixed: requireFixed(options.fixed, link),
      now,
      isInUse: (address, timeout) => link.isInUse(address, timeout),
      onConflict: (address) => this.#conflict(address),
      onChange: () => this.#saver?.schedule(),
    })
    this.#leases = leases
    if (leaseStore !== undefined) {
      this.#saver = new LeaseSaver(
        leaseStore,
        () => leases.snapshot(),
        (error) => this.#notice('saving', `The leases could not be saved: ${reasonOf(error)}.`),
      )
    }
    const full = new FullMode({
      link,
      leases,
      boot,
      leaseSeconds: options.leaseSeconds ?? LEASE_SECONDS,
      hostName: options.hostName ?? defaultHostName,
      onDecline: (_mac, address) => this.#conflict(address),
    })
    this.#answer = (request) => full.answer(request)
  }

  /** Gives the ports back and writes what is left to write. */
  async close(): Promise<void> {
    clearInterval(this.#search)
    for (const socket of this.#sockets.splice(0)) socket.close()
    this.#leases?.close()
    await this.#saver?.flush()
  }

  async #restore(): Promise<void> {
    if (this.#leases === undefined) return
    this.#leases.restore((await this.#options.leaseStore?.load()) ?? [])
    await this.#leases.prepare()
  }

  async #serve(port: typeof SERVER_PORT | typeof PXE_PORT): Promise<void> {
    let socket: LinkSocket | undefined = undefined
    socket = await this.#link.open(port, (data, from) =>
      this.#guarded(() => this.#received(data, from, port, socket)),
    )
    this.#sockets.push(socket)
  }

  /**
   * Servers answer to the client's port: only there can others be heard while ours runs. A switch carries most
   * offers to their client alone, so now and then one is asked for that goes to everybody.
   */
  async #watch(): Promise<void> {
    try {
      const socket = await this.#link.open(CLIENT_PORT, (data, from) =>
        this.#guarded(() => this.#foreign.overhear(decodeMessage(data), from)),
      )
      this.#sockets.push(socket)
      if (this.#options.mode === 'full')
        this.#search = setInterval(() => {
          socket.send(probeDiscover(randomInt(2 ** 32)), { address: BROADCAST_ADDRESS, port: SERVER_PORT })
        }, SEARCH_MS).unref()
    } catch (error) {
      if (!(error instanceof LinkError)) throw error
      this.#notice(
        'watching',
        `Port ${CLIENT_PORT} could not be opened, so another DHCP server that starts later may go unnoticed: ${error.message}`,
      )
    }
  }

  /** No packet may end the service, whatever it does to the code that handles it. */
  #guarded(handle: () => void): void {
    try {
      handle()
    } catch (error) {
      const text =
        error instanceof DecodeError
          ? 'A malformed DHCP message was ignored'
          : 'A DHCP message could not be answered'
      this.#notice(text, `${text}: ${reasonOf(error)}.`)
    }
  }

  #received(
    data: Buffer,
    from: Endpoint,
    port: typeof SERVER_PORT | typeof PXE_PORT,
    socket: LinkSocket | undefined,
  ): void {
    const message = decodeMessage(data)
    if (message.op === 'reply') return this.#foreign.overhear(message, from)
    let request: ClientRequest
    try {
      request = readRequest(message, data.length, from)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      return this.#tell(message, undefined, { ignored: error.message })
    }
    this.#foreign.noticeChoice(request)
    const refused = this.#reasonToIgnore(request)
    const outcome = refused === undefined ? this.#answer(request, port) : { ignored: refused }
    this.#tell(message, request, outcome)
    if ('message' in outcome && socket !== undefined) this.#send(request, outcome, socket)
    for (const happening of this.#afterwards.splice(0)) this.#options.emit(happening)
  }

  #reasonToIgnore({ mac, from, message: { htype, chaddr, giaddr } }: ClientRequest): string | undefined {
    if (htype !== ETHERNET || chaddr.length !== 6) return 'its hardware address is not an Ethernet one'
    if (this.#allow.size > 0 && !this.#allow.has(mac)) return 'it is not on the list of allowed clients'
    const away = [giaddr, from.address].find(
      (address) => address !== ANY_ADDRESS && !contains(this.#link, address),
    )
    return away === undefined ? undefined : `it comes from ${away}, which is not on this link`
  }

  #tell(message: DhcpMessage, request: ClientRequest | undefined, outcome: Outcome): void {
    this.#options.emit({
      type: 'dhcp-received',
      client: request?.mac ?? hardwareAddress(message),
      message: kindOf(message),
      firmware: request?.client.firmware ?? 'unknown',
      ...(request?.vendorClass === undefined ? {} : { vendorClass: request.vendorClass }),
      ...('ignored' in outcome ? { ignored: outcome.ignored } : {}),
    })
  }

  #send(request: ClientRequest, { message, to, limits }: Reply, socket: LinkSocket): void {
    const { bytes, omitted } = encodeMessage(message, limits)
    socket.send(bytes, to)
    if (omitted.length > 0) {
      this.#notice(
        `omitted ${request.mac}`,
        `The answer to ${request.mac} had no room for option ${omitted.join(', ')}.`,
      )
    }
    const kind = kindOf(message)
    const address = message.yiaddr === ANY_ADDRESS ? message.ciaddr : message.yiaddr
    this.#options.emit({
      type: 'dhcp-sent',
      client: request.mac,
      message: kind,
      ...(address === ANY_ADDRESS ? {} : { address }),
      ...(message.file === '' ? {} : { bootFile: message.file }),
      proxy: this.#options.mode === 'proxy',
    })
  }

  #boot(request: ClientRequest): BootAnswer | undefined {
    const answer = this.#options.bootAnswer(request.client)
    if (typeof answer !== 'string') return answer
    if (this.#told.admits(`unsupported ${request.mac}`)) {
      this.#afterwards.push({
        type: 'firmware-unsupported',
        client: request.mac,
        firmware: request.client.firmware,
        architecture: request.architecture,
        text: answer,
      })
    }
    return undefined
  }

  #conflict(address: Ipv4Address): void {
    this.#notice(
      `conflict ${address}`,
      `${address} is in use by something on this link that did not get it from here; it is not given out for now.`,
    )
  }

  #notice(key: string, text: string): void {
    if (this.#told.admits(key)) this.#options.emit({ type: 'notice', level: 'info', text })
  }
}

function requireFixed(
  fixed: ReadonlyMap<MacAddress, Ipv4Address> = new Map(),
  link: Link,
): ReadonlyMap<MacAddress, Ipv4Address> {
  for (const [mac, address] of fixed) {
    const network = `${link.address}/${link.prefixLength}`
    if (!contains(link, address) || address === link.address)
      throw new RangeError(`The fixed address ${address} of ${mac} is not a free one of ${network}.`)
  }
  if (new Set(fixed.values()).size < fixed.size)
    throw new RangeError('Two clients have the same fixed address. Give each its own.')
  return new Map([...fixed].map(([mac, address]) => [mac.toLowerCase(), address]))
}

/** A BOOTP client does not go on without a name; the end of its hardware address tells targets apart. */
function defaultHostName(mac: MacAddress): string {
  return `target-${mac.slice(9).replaceAll(':', '-')}`
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
