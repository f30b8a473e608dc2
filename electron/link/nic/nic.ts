import {
  ANY_ADDRESS,
  contains,
  type Ipv4Address,
  type MacAddress,
  type Subnet,
} from '../../protocols/addresses.ts'
import { readInterfaces, type InterfaceFacts } from '../interfaces.ts'
import {
  LinkError,
  type DatagramHandler,
  type Endpoint,
  type LinkChange,
  type LinkConnection,
  type LinkListener,
  type LinkSocket,
  type PeerSocket,
  type StreamLink,
} from '../link.ts'
import { noAddress, noInterface, portError } from './errors.ts'
import { readNeighbours } from './neighbours.ts'
import { connectPeer, type NicPeer } from './nic-peer.ts'
import { listenOn, NicListener } from './nic-listener.ts'
import { NicSocket } from './nic-socket.ts'
import { closePort, openPort, type PortKeeper, type RestoredPorts } from './ports.ts'
import { Pump } from './pump.ts'
import { sight, type Sighting } from './watch.ts'

export interface NicOptions {
  /** Its name, such as `eth0`. */
  readonly interface: string
  /** Which of its addresses to be, when it has several. The first one by default. */
  readonly address?: Ipv4Address
  /** Opens the ports again after the adapter was away, where this process may not. The link closes it at its end. */
  readonly keeper?: PortKeeper
}

/** How often the interface is looked at, in milliseconds. */
const WATCH_INTERVAL = 500
/** How often the ARP table is looked at while an answer is awaited, in milliseconds. */
const NEIGHBOUR_INTERVAL = 25
/** RFC 863: what is sent there is thrown away. */
const DISCARD_PORT = 9

/** Errors of single datagrams that are UDP's everyday, or that a change of the link tells better. */
const PASSING_ERRORS = new Set(
  'EAGAIN ENOBUFS ECONNREFUSED EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH ENODEV ENXIO EADDRNOTAVAIL'.split(
    ' ',
  ),
)

/** Opens a link on a real interface. Rejects with a `LinkError`; the keeper is then still the caller's. */
export async function openNic(options: NicOptions): Promise<Nic> {
  const interfaces = await readInterfaces()
  const facts = interfaces.find(({ name }) => name === options.interface)
  if (facts === undefined) throw noInterface(options.interface, interfaces)
  const subnet = facts.addresses.find(({ address }) => address === (options.address ?? address))
  if (subnet === undefined) throw noAddress(facts.name)
  return new Nic(facts, subnet, await sight({ name: facts.name, address: subnet.address }), options.keeper)
}

/** A real interface. It hears nothing of other interfaces, and answers leave by it alone. */
export class Nic implements StreamLink {
  readonly name: string
  readonly address: Ipv4Address
  readonly prefixLength: number
  #facts: InterfaceFacts
  readonly #keeper: PortKeeper | undefined
  readonly #sockets = new Map<number, NicSocket>()
  readonly #streamPorts = new Map<number, NicListener>()
  readonly #peers = new Set<NicPeer>()
  readonly #pump = process.platform === 'linux' ? new Pump() : undefined
  readonly #listeners = new Set<(change: LinkChange) => void>()
  readonly #reported = new Set<string>()
  #index: number | undefined
  #running: boolean
  #removed = false
  /** Whether the sockets have to be opened anew. */
  #detached = false
  #watching: Promise<void> | undefined
  #closed = false
  readonly #timer: NodeJS.Timeout

  /** Use `openNic`. */
  constructor(facts: InterfaceFacts, subnet: Subnet, sighting: Sighting, keeper: PortKeeper | undefined) {
    this.name = facts.name
    this.address = subnet.address
    this.prefixLength = subnet.prefixLength
    this.#facts = facts
    this.#keeper = keeper
    this.#index = sighting.index
    this.#running = sighting.running
    this.#timer = setInterval(() => {
      this.#watching ??= this.#watch().finally(() => (this.#watching = undefined))
    }, WATCH_INTERVAL).unref()
  }

  get hardwareAddress(): MacAddress {
    return this.#facts.mac
  }

  get mtu(): number {
    return this.#facts.mtu
  }

  async open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    const sockets = await openPort(this, port).catch(async (error: unknown) => {
      throw await portError(error, this, port)
    })
    const socket = new NicSocket(sockets, {
      hear: (data, from) => {
        if (this.#isOnLink(from)) onDatagram(data, from)
      },
      failed: (error) => this.#datagramFailed(error),
      closed: () => this.#sockets.delete(socket.port),
    })
    this.#sockets.set(socket.port, socket)
    return socket
  }

  async connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket> {
    const opened = await connectPeer({
      attachment: this,
      peer,
      onDatagram,
      pump: this.#pump,
      onClose: (closed) => this.#peers.delete(closed),
    }).catch(async (error: unknown) => {
      throw await portError(error, this, 0)
    })
    this.#peers.add(opened)
    return opened
  }

  async listen(port: number, onConnection: (connection: LinkConnection) => void): Promise<LinkListener> {
    const server = await listenOn(this, port).catch(async (error: unknown) => {
      throw await portError(error, this, port, 'TCP')
    })
    const listener = new NicListener(server, {
      connected: (connection) => {
        if (contains(this, connection.peer.address)) onConnection(connection)
        else connection.destroy()
      },
      closed: () => this.#streamPorts.delete(listener.port),
    })
    this.#streamPorts.set(listener.port, listener)
    return listener
  }

  async hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined> {
    if (address === this.address) return this.hardwareAddress
    return (await readNeighbours(this.name)).get(address)
  }

  async isInUse(address: Ipv4Address, timeout: number): Promise<boolean> {
    if (address === this.address) return true
    if (!contains(this, address)) return false
    const end = Date.now() + timeout
    // Sending makes the system ask who has the address, which needs no permission; what is sent does not matter.
    const peer = await this.connect({ address, port: DISCARD_PORT }, () => undefined)
    try {
      peer.send(Buffer.alloc(0))
      for (;;) {
        if ((await this.hardwareAddressOf(address)) !== undefined) return true
        const left = end - Date.now()
        if (left <= 0) return false
        await new Promise((resolve) => setTimeout(resolve, Math.min(left, NEIGHBOUR_INTERVAL)))
      }
    } finally {
      peer.close()
    }
  }

  onChange(listener: (change: LinkChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    await this.#watching
    for (const socket of [...this.#sockets.values(), ...this.#streamPorts.values(), ...this.#peers])
      socket.close()
    this.#pump?.close()
    this.#listeners.clear()
    await this.#keeper?.close()
  }

  /**
   * Clients are on the link, or have no address yet. What a router let through is dropped here, once for all
   * servers, and so are this link's own broadcasts, which the system hands back to it.
   */
  #isOnLink(from: Endpoint): boolean {
    if (from.address === this.address) return !this.#sockets.has(from.port)
    return from.address === ANY_ADDRESS || contains(this, from.address)
  }

  #datagramFailed(error: NodeJS.ErrnoException): void {
    if (PASSING_ERRORS.has(error.code ?? '')) return
    const hint = error.code === 'EPERM' ? ' The firewall of this computer refuses to send it.' : ''
    this.#report(`A datagram on ${this.name} could not be sent: ${error.message}.${hint}`)
  }

  #emit(change: LinkChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Tells an error once, until the link changes. */
  #report(reason: string): void {
    if (this.#reported.has(reason)) return
    this.#reported.add(reason)
    this.#emit({ state: 'error', reason })
  }

  async #watch(): Promise<void> {
    const seen = await sight(this)
    if (this.#closed) return
    if (!this.#removed && seen.index !== this.#index) {
      this.#removed = true
      this.#detached = true
      this.#emit({ state: 'removed' })
    }
    if (seen.index === undefined) return
    if (this.#detached && !(await this.#reattach())) return
    if (this.#removed) {
      this.#returned(seen)
      return
    }
    if (seen.running !== this.#running) {
      this.#running = seen.running
      this.#reported.clear()
      this.#emit({ state: seen.running ? 'up' : 'down' })
    }
    if (seen.running && !seen.hasAddress) this.#addressLost()
  }

  #returned(seen: Sighting): void {
    this.#removed = false
    this.#index = seen.index
    this.#running = seen.running
    this.#reported.clear()
    this.#emit({ state: 'returned' })
    if (!seen.running) this.#emit({ state: 'down' })
  }

  /** Network managers take addresses away from an interface whose cable was pulled. */
  #addressLost(): void {
    if (this.#keeper === undefined)
      this.#report(`${this.address} is no longer an address of ${this.name}, so that no target can reach it.`)
    else this.#detached = true
  }

  /** Opens everything anew. Whether that was possible; if not, the next look at the interface tries again. */
  async #reattach(): Promise<boolean> {
    for (const socket of [...this.#sockets.values(), ...this.#streamPorts.values()]) socket.release()
    let kept: RestoredPorts | undefined
    try {
      kept = await this.#keeper?.restore()
      for (const [port, socket] of this.#sockets) {
        socket.adopt(unlessRefused(kept?.datagrams.get(port) ?? (await openPort(this, port))))
        kept?.datagrams.delete(port)
      }
      for (const [port, listener] of this.#streamPorts) {
        listener.adopt(unlessRefused(kept?.streams.get(port) ?? (await listenOn(this, port))))
        kept?.streams.delete(port)
      }
      for (const peer of this.#peers) peer.reopen()
      this.#facts = (await readInterfaces()).find(({ name }) => name === this.name) ?? this.#facts
      this.#detached = false
    } catch (error) {
      this.#report(await this.#explain(error))
    } finally {
      // Ports of the keeper's plan that were closed since.
      for (const sockets of kept?.datagrams.values() ?? [])
        if (!(sockets instanceof LinkError)) closePort(sockets)
      for (const server of kept?.streams.values() ?? []) if (!(server instanceof LinkError)) server.close()
    }
    return !this.#detached
  }

  async #explain(error: unknown): Promise<string> {
    if (error instanceof LinkError) return error.message
    return (await portError(error, this, [...this.#sockets.keys()][0] ?? 0)).message
  }
}

function unlessRefused<Opened>(result: Opened | LinkError): Opened {
  if (result instanceof LinkError) throw result
  return result
}
