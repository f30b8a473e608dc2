import { DecodeError } from '../../protocols/bytes.ts'

/** What QEMU itself takes at most (`NET_BUFSIZE`): 64 KiB and room for headers. */
const LARGEST_FRAME = 4096 + 65536
const PREFIX_LENGTH = 4

/**
 * Finds frames in the byte stream of QEMU's `-netdev stream`.
 *
 *      0             4
 *     +-------------+--------------------+-------------+-----
 *     |   length    |  length bytes of   |   length    |
 *     | big-endian  |  Ethernet frame    |             |
 *     +-------------+--------------------+-------------+-----
 */
export class FrameStream {
  readonly #onFrame: (frame: Buffer) => void
  /** Prefix and frame that have begun to arrive: the prefix alone until it is whole. */
  #partial = Buffer.alloc(PREFIX_LENGTH)
  #filled = 0

  /** @param onFrame may keep the frame; its bytes are not used again */
  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame
  }

  /** @throws DecodeError on a length that no frame has; the stream makes no sense after it */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#filled === 0) {
        const end = endOfFrame(chunk, at)
        if (end !== undefined && end <= chunk.length) {
          this.#onFrame(chunk.subarray(at + PREFIX_LENGTH, end))
          at = end
          continue
        }
      }
      at += this.#collect(chunk, at)
    }
  }

  /** Takes what it can use of the chunk for the frame that is arriving in parts; returns how much. */
  #collect(chunk: Buffer, at: number): number {
    const taken = chunk.copy(this.#partial, this.#filled, at)
    this.#filled += taken
    if (this.#filled < this.#partial.length) return taken
    if (this.#partial.length === PREFIX_LENGTH) {
      const whole = Buffer.alloc(endOfFrame(this.#partial, 0)!)
      this.#partial.copy(whole)
      this.#partial = whole
      if (whole.length > PREFIX_LENGTH) return taken
    }
    const frame = this.#partial.subarray(PREFIX_LENGTH)
    this.#partial = Buffer.alloc(PREFIX_LENGTH)
    this.#filled = 0
    this.#onFrame(frame)
    return taken
  }
}

/** Where the frame whose prefix is at `at` ends; undefined when the prefix itself is not whole. */
function endOfFrame(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < PREFIX_LENGTH) return undefined
  const length = bytes.readUInt32BE(at)
  if (length > LARGEST_FRAME)
    throw new DecodeError('oversized', 'frame length', at, `${length} bytes, ${LARGEST_FRAME} at most`)
  return at + PREFIX_LENGTH + length
}

/** A frame with its length before it. */
export function prefixFrame(frame: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_LENGTH + frame.length)
  bytes.writeUInt32BE(frame.length, 0)
  bytes.set(frame, PREFIX_LENGTH)
  return bytes
}
