import { Duplex } from 'node:stream'
import type { Endpoint, LinkConnection } from '../link.ts'
import type { TcpSegment } from '../../protocols/ethernet/tcp.ts'
import { TcpConnection } from './tcp.ts'

/** Bytes that are taken before they are read, and bytes that wait to be sent before the writer is held up. */
const RECEIVE_BUFFER = 0xffff
const SEND_BUFFER = 256 * 1024

export interface StreamEvents {
  transmit(segment: Omit<TcpSegment, 'sourcePort' | 'destinationPort'>): void
  opened(stream: WireStream): void
  closed(): void
}

/** A TCP connection of the wire as Node knows connections. */
export class WireStream extends Duplex implements LinkConnection {
  readonly peer: Endpoint
  readonly tcp: TcpConnection
  #writing: (() => void) | undefined

  constructor(peer: Endpoint, syn: TcpSegment, initialSequence: number, events: StreamEvents) {
    super({ allowHalfOpen: false, readableHighWaterMark: RECEIVE_BUFFER })
    this.peer = peer
    this.tcp = new TcpConnection(syn, initialSequence, performance.now(), {
      transmit: (segment) => events.transmit(segment),
      opened: () => events.opened(this),
      received: (bytes) => this.push(bytes),
      room: () => Math.max(0, RECEIVE_BUFFER - this.readableLength),
      ended: () => this.push(null),
      acknowledged: () => this.#acknowledged(),
      closed: (reason) => {
        events.closed()
        this.destroy(reason === undefined ? undefined : new Error(reason))
      },
    })
  }

  override _read(): void {
    // What was read makes room, which is counted once this call is over.
    queueMicrotask(() => this.tcp.roomChanged())
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // The writer may use its memory again when it is told that this is done, which is before the peer has it.
    this.#take(Buffer.from(chunk), done)
  }

  /** What was written together leaves together. */
  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#take(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.tcp.finish(performance.now())
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // A stream that ended on both sides is destroyed by Node, and its last segments are still to be answered.
    if (!(this.readableEnded && this.writableFinished)) this.tcp.abort()
    done(error)
  }

  #take(bytes: Buffer, done: () => void): void {
    this.#writing = done
    this.tcp.send(bytes, performance.now())
    this.#acknowledged()
  }

  #acknowledged(): void {
    if (this.tcp.waiting > SEND_BUFFER) return
    const done = this.#writing
    this.#writing = undefined
    done?.()
  }
}
