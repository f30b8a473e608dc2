import { NetasciiEncoder } from '../../protocols/tftp/netascii.ts'

/** The bytes of one transfer, from first to last. Reading never waits: what is not there yet is asked for. */
export interface Source {
  /** The size of the file in bytes. */
  readonly size: number
  /**
   * Copies up to `length` bytes that follow the ones copied before. Fewer mean that the source has ended, or
   * that more will come: then `onReady` is called once.
   */
  read(target: Buffer, at: number, length: number): number
  /** Whether every byte was read. */
  readonly ended: boolean
  close(): void
}

export interface SourceListener {
  /** There is more to read. */
  onReady(): void
  /** There will never be more; `reason` is a whole sentence. */
  onFailure(reason: string): void
}

export function memorySource(bytes: Uint8Array): Source {
  let position = 0
  return {
    size: bytes.length,
    read(target, at, length) {
      const count = Math.min(length, bytes.length - position)
      target.set(bytes.subarray(position, position + count), at)
      position += count
      return count
    },
    get ended() {
      return position === bytes.length
    },
    close() {},
  }
}

const PIECE = 4096

/** The same bytes in netascii; `size` stays that of the file, the converted size is only known at the end. */
export function netasciiSource(inner: Source): Source {
  const encoder = new NetasciiEncoder()
  const piece = Buffer.alloc(PIECE)
  let start = 0
  let end = 0
  return {
    size: inner.size,
    read(target, at, length) {
      let total = 0
      while (total < length) {
        if (start === end) {
          start = 0
          end = inner.read(piece, 0, PIECE)
        }
        const { read, written } = encoder.encode(
          piece.subarray(start, end),
          target.subarray(at + total, at + length),
        )
        start += read
        total += written
        if (read === 0 && written === 0) break
      }
      return total
    },
    get ended() {
      return inner.ended && start === end && !encoder.owes
    },
    close: () => inner.close(),
  }
}
