import { Duplex } from 'node:stream'
import type {
  DatagramHandler,
  Endpoint,
  LinkConnection,
  LinkListener,
  LinkSocket,
  StreamLink,
} from '../../../electron/link/link.ts'

/** A link without a network: datagrams and connections between a server and clients in this process. */
export class MemoryLink implements StreamLink {
  readonly name = 'memory'
  readonly hardwareAddress = '02:00:00:00:00:01'
  readonly address = '10.77.0.1'
  readonly prefixLength = 24
  readonly mtu = 1500
  readonly #sockets = new Map<number, DatagramHandler>()
  readonly #listeners = new Map<number, (connection: LinkConnection) => void>()
  readonly #clients = new Map<string, (data: Buffer, fromPort: number) => void>()
  /** Whether a datagram gets lost, in either direction. */
  loses: () => boolean = () => false

  open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket> {
    this.#sockets.set(port, onDatagram)
    return Promise.resolve({
      port,
      send: (data: Uint8Array, to: Endpoint) => {
        const copy = Buffer.from(data)
        if (!this.loses()) setImmediate(() => this.#clients.get(`${to.address}:${to.port}`)?.(copy, port))
      },
      close: () => void this.#sockets.delete(port),
    })
  }

  listen(port: number, onConnection: (connection: LinkConnection) => void): Promise<LinkListener> {
    this.#listeners.set(port, onConnection)
    return Promise.resolve({ port, close: () => void this.#listeners.delete(port) })
  }

  /** A client's port: what it sends, and where it hears. */
  attach(from: Endpoint, onDatagram: (data: Buffer, fromPort: number) => void) {
    this.#clients.set(`${from.address}:${from.port}`, onDatagram)
    return (data: Uint8Array, port: number) => {
      const memory = Buffer.from(data)
      if (this.loses()) return
      setImmediate(() => {
        this.#sockets.get(port)?.(memory, from)
        // As a link may do it: the memory is for the next datagram now.
        memory.fill(0xee)
      })
    }
  }

  /** The client's end of a new connection. */
  dial(from: Endpoint, port: number): Duplex {
    const ends: Duplex[] = []
    const end = (other: 0 | 1) =>
      new Duplex({
        read: () => undefined,
        write(chunk: Buffer, _, done) {
          setImmediate(() => ends[other]?.push(Buffer.from(chunk)))
          done()
        },
        final(done) {
          setImmediate(() => ends[other]?.push(null))
          done()
        },
        destroy(error, done) {
          setImmediate(() => ends[other]?.push(null))
          done(error)
        },
      })
    ends.push(end(1), end(0))
    this.#listeners.get(port)?.(Object.assign(ends[1]!, { peer: from }))
    return ends[0]!
  }

  connect(): Promise<never> {
    return Promise.reject(new Error('an RPC server calls nobody'))
  }

  hardwareAddressOf(): Promise<string> {
    return Promise.resolve('52:54:00:12:34:56')
  }

  isInUse(): Promise<boolean> {
    return Promise.resolve(false)
  }

  onChange(): () => void {
    return () => undefined
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
