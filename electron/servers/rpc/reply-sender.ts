import type { LinkConnection } from '../../link/link.ts'
import { areInMemory, type FilePart } from '../../protocols/sunrpc/pieces.ts'
import { recordMark } from '../../protocols/sunrpc/records.ts'
import { lengthOf } from '../../protocols/sunrpc/xdr.ts'
import type { Reply } from './reply.ts'

/**
 * Sends replies by a connection, one after the other. What was left in a file goes from there to the system, which
 * is slower to begin than a write and much faster to carry on; so a reply that is in memory waits for no other
 * unless one with a file is under way.
 */
export class ReplySender {
  readonly #connection: LinkConnection
  readonly #onSent: () => void
  readonly #queue: Reply[] = []
  #isSendingFile = false
  #isCorked = false

  /** `onSent` is called whenever there is room for another reply after there may have been none. */
  constructor(connection: LinkConnection, onSent: () => void) {
    this.#connection = connection
    this.#onSent = onSent
    connection.on('close', () => {
      for (const reply of this.#queue.splice(0)) reply.sent?.()
    })
  }

  /** Replies that wait for their turn. */
  get waiting(): number {
    return this.#queue.length
  }

  send(reply: Reply): void {
    if (!this.#connection.writable) reply.sent?.()
    else if (this.#isSendingFile) this.#queue.push(reply)
    else if (areInMemory(reply.pieces)) this.#write(reply.pieces, reply.sent)
    else void this.#sendFiles(reply)
  }

  // Replies that are ready together leave together. And each in one piece: iPXE takes the first segment of a reply
  // for all of its header.
  #write([first, ...rest]: readonly [Buffer, ...Buffer[]], sent: (() => void) | undefined): void {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#connection.cork()
      process.nextTick(() => this.#uncork())
    }
    this.#connection.write(Buffer.concat([recordMark(first.length + lengthOf(rest)), first]))
    for (const [index, piece] of rest.entries())
      this.#connection.write(piece, index === rest.length - 1 ? sent : undefined)
  }

  async #sendFiles(reply: Reply): Promise<void> {
    this.#isSendingFile = true
    this.#uncork()
    try {
      let head = recordMark(lengthOf(reply.pieces))
      for (const piece of reply.pieces)
        if (Buffer.isBuffer(piece)) head = Buffer.concat([head, piece])
        else {
          await this.#transfer(head, piece)
          head = Buffer.alloc(0)
        }
      if (head.length > 0) await this.#written(head)
    } catch {
      // The reply has begun: a client that hears no more of it asks again by another connection.
      this.#connection.destroy()
    }
    reply.sent?.()
    this.#isSendingFile = false
    this.#sendWaiting()
    this.#onSent()
  }

  #sendWaiting(): void {
    while (this.#queue.length > 0 && !this.#isSendingFile) this.send(this.#queue.shift()!)
  }

  async #transfer(head: Buffer, { fd, offset, length, load }: FilePart): Promise<void> {
    const end = offset + length
    if (this.#connection.writableLength > 0) await this.#written(Buffer.alloc(0))
    for (let at = offset; at < end; head = Buffer.alloc(0)) {
      const sent = await this.#connection.sendFile!(head, { fd, offset: at, length: end - at })
      at += Math.max(0, sent - head.length)
      if (at === end) return
      const bytes = await load(at)
      if (bytes.length === 0) throw new Error('The file has become shorter.')
      // When these are with the system there is room for others again.
      await this.#written(Buffer.concat([head.subarray(sent), bytes]))
      at += bytes.length
    }
  }

  /** Resolves when all that was written is with the system. */
  #written(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#connection.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  #uncork(): void {
    if (!this.#isCorked) return
    this.#isCorked = false
    this.#connection.uncork()
  }
}
