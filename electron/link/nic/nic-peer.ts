import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Endpoint, PeerSocket } from '../link.ts'
import * as native from '../native/sockets.ts'
import { openSocket, type Attachment } from './ports.ts'
import type { Pump } from './pump.ts'

/** What a conversation needs to be opened, and opened again when the adapter comes back. */
export interface PeerOptions {
  readonly attachment: Attachment
  readonly peer: Endpoint
  readonly onDatagram: (data: Buffer) => void
  /** Receives in place of the event loop where that is faster; Linux only. */
  readonly pump: Pump | undefined
  readonly onClose: (peer: NicPeer) => void
}

/** A conversation with one peer over a real interface. */
export abstract class NicPeer implements PeerSocket {
  abstract readonly port: number
  abstract send(data: Uint8Array): void
  /** Opens the same port anew, because the sockets of a removed adapter are dead. Silent when that fails. */
  abstract reopen(): void
  protected abstract release(): void
  readonly #onClose: PeerOptions['onClose']

  constructor(onClose: PeerOptions['onClose']) {
    this.#onClose = onClose
  }

  sendSegments(data: Uint8Array, segmentSize: number): void {
    for (let at = 0; at < data.length; at += segmentSize) this.send(data.subarray(at, at + segmentSize))
  }

  close(): void {
    this.release()
    this.#onClose(this)
  }
}

export async function connectPeer(options: PeerOptions): Promise<NicPeer> {
  return native.hasNativeSockets ? new NativePeer(options) : connectDgramPeer(options)
}

/** UDP_MAX_SEGMENTS of linux/udp.h. */
const MAX_SEGMENTS = 64
/** The largest UDP payload in an IPv4 packet, which bounds all segments of a call together. */
const MAX_PAYLOAD = 65_507

/** Sends by send(2), which takes half the time of `dgram`; a window of equal datagrams goes in one call. */
class NativePeer extends NicPeer {
  readonly port: number
  readonly #options: PeerOptions
  /** The descriptor is the socket's: once that is closed its number is given to other files. */
  #opened: { readonly socket: Socket; readonly fd: number } | undefined
  #segmentSize = 0
  #canSegment = process.platform === 'linux'

  constructor(options: PeerOptions) {
    super(options.onClose)
    this.#options = options
    this.#opened = this.#connect(0)
    this.port = this.#opened.socket.address().port
  }

  send(data: Uint8Array): void {
    if (this.#segmentSize !== 0 && data.length > this.#segmentSize) this.#setSegmentSize(0)
    this.#send(data)
  }

  override sendSegments(data: Uint8Array, segmentSize: number): void {
    const perCall = Math.min(MAX_SEGMENTS, Math.floor(MAX_PAYLOAD / segmentSize)) * segmentSize
    for (let at = 0; at < data.length; at += perCall) {
      const segments = data.subarray(at, at + perCall)
      if (!this.#sendTogether(segments, segmentSize)) super.sendSegments(segments, segmentSize)
    }
  }

  reopen(): void {
    this.release()
    this.#segmentSize = 0
    try {
      this.#opened = this.#connect(this.port)
    } catch {
      // The transfer ends as it does when a peer is silent.
    }
  }

  protected release(): void {
    if (this.#opened === undefined) return
    this.#options.pump?.remove(this.#opened.fd)
    this.#opened.socket.close()
    this.#opened = undefined
  }

  /** Whether the kernel took them: some drivers and tunnels refuse, and one refusal is enough to know. */
  #sendTogether(segments: Uint8Array, segmentSize: number): boolean {
    if (!this.#canSegment || segments.length <= segmentSize || !this.#setSegmentSize(segmentSize))
      return false
    const error = this.#send(segments)
    if (error === undefined || !['EIO', 'EINVAL', 'EMSGSIZE', 'EOPNOTSUPP'].includes(error)) return true
    this.#setSegmentSize(0)
    this.#canSegment = false
    return false
  }

  #setSegmentSize(size: number): boolean {
    if (size === this.#segmentSize) return true
    if (this.#opened === undefined) return false
    try {
      native.setSegmentSize(this.#opened.fd, size)
      this.#segmentSize = size
      return true
    } catch {
      this.#canSegment = false
      return false
    }
  }

  /** A full queue or an unreachable peer is a lost datagram, as UDP has it. */
  #send(data: Uint8Array): string | undefined {
    if (this.#opened === undefined) return undefined
    const { fd } = this.#opened
    this.#options.pump?.sent()
    const error = native.send(fd, data)
    // The error of an earlier datagram is told once, in place of sending this one.
    return error === 'ECONNREFUSED' ? native.send(fd, data) : error
  }

  #connect(port: number): { readonly socket: Socket; readonly fd: number } {
    const { attachment, peer, onDatagram, pump } = this.#options
    const opened = openSocket((fd) => {
      bindToInterfaceIfAllowed(fd, attachment.name)
      native.bind(fd, attachment.address, port)
      native.connect(fd, peer.address, peer.port)
    })
    opened.socket
      .on('message', (data) => {
        onDatagram(data)
        pump?.run()
      })
      // Such as ECONNREFUSED: a peer that went away is known by its silence.
      .on('error', () => undefined)
    pump?.add(opened.fd, onDatagram)
    return opened
  }
}

/** Kernels before 5.7 keep this from users other than root; the address then still makes the source right. */
function bindToInterfaceIfAllowed(fd: number, name: string): void {
  try {
    native.bindToInterface(fd, name)
  } catch (error) {
    if (!(error instanceof native.SystemCallError && error.code === 'EPERM')) throw error
  }
}

/** The same over `dgram` alone, where there are no native sockets. */
class DgramPeer extends NicPeer {
  readonly port: number
  readonly #socket: Socket
  #open = true

  constructor(socket: Socket, onClose: PeerOptions['onClose']) {
    super(onClose)
    this.#socket = socket
    this.port = socket.address().port
  }

  send(data: Uint8Array): void {
    if (this.#open) this.#socket.send(Buffer.from(data), () => undefined)
  }

  reopen(): void {
    // A socket that is bound by address alone outlives its adapter.
  }

  protected release(): void {
    if (!this.#open) return
    this.#open = false
    this.#socket.close()
  }
}

async function connectDgramPeer({ attachment, peer, onDatagram, onClose }: PeerOptions): Promise<NicPeer> {
  const socket = createSocket('udp4')
  try {
    socket.bind({ address: attachment.address, port: 0, exclusive: true })
    await once(socket, 'listening')
    socket.connect(peer.port, peer.address)
    await once(socket, 'connect')
    socket.on('message', onDatagram).on('error', () => undefined)
    return new DgramPeer(socket, onClose)
  } catch (error) {
    socket.close()
    throw error
  }
}
