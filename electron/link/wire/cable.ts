import type { Socket } from 'node:net'
import { DecodeError } from '../../protocols/bytes.ts'
import { FrameStream, prefixFrame } from './frame-stream.ts'
import { type Listener, listenPrivately } from './listener.ts'

export interface CableEvents {
  frame(frame: Buffer): void
  pluggedIn(): void
  /** @param reason absent when the target just went away */
  unplugged(reason?: string): void
}

/** Bytes that may wait for a target that does not read. More frames are lost, as on a real cable. */
const MOST_UNREAD = 4 << 20

/**
 * The socket that QEMU plugs its network card into. One target at a time: another that connects meanwhile is
 * turned away, and the same one may come back as often as it is started.
 */
export class Cable {
  #listener!: Listener
  readonly #events: CableEvents
  #target: Socket | undefined

  static async open(events: CableEvents): Promise<Cable> {
    const cable = new Cable(events)
    cable.#listener = await listenPrivately((socket) => cable.#plugIn(socket))
    return cable
  }

  private constructor(events: CableEvents) {
    this.#events = events
  }

  get isPluggedIn(): boolean {
    return this.#target !== undefined
  }

  /** The value of QEMU's `-netdev` for a network device called `id` (QEMU 7.2 and later). */
  netdev(id: string): string {
    const { address } = this.#listener
    const where =
      address.kind === 'unix'
        ? // A comma within a value is written twice.
          `addr.type=unix,addr.path=${address.path.replaceAll(',', ',,')}`
        : `addr.type=inet,addr.host=${address.host},addr.port=${address.port}`
    return `stream,id=${id},server=off,${where}`
  }

  send(frame: Uint8Array): void {
    const target = this.#target
    if (target === undefined || target.writableLength > MOST_UNREAD) return
    if (target.writableCorked === 0) {
      // All frames of one turn of the event loop go out in one system call.
      target.cork()
      process.nextTick(() => target.uncork())
    }
    target.write(prefixFrame(frame))
  }

  async close(): Promise<void> {
    this.#target?.destroy()
    await this.#listener.close()
  }

  #plugIn(socket: Socket): void {
    if (this.#target !== undefined) {
      socket.destroy()
      return
    }
    this.#target = socket
    socket.setNoDelay(true)
    let reason: string | undefined
    const stream = new FrameStream((frame) => this.#events.frame(frame))
    socket.on('data', (chunk) => {
      try {
        stream.push(chunk)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        reason = `the target's network stream makes no sense: ${error.message}`
        socket.destroy()
      }
    })
    // A target that is killed resets its connection; `close` follows and says all there is to say.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#target = undefined
      this.#events.unplugged(reason)
    })
    this.#events.pluggedIn()
  }
}
