import { Writer } from '../bytes.ts'

/** Shorter data are copied, in bytes: that costs less than another piece, and their memory is free at once. */
const WORTH_A_PIECE = 64 * 1024

/** Bytes of an open file that are not in memory: whoever sends them may leave it to the system to bring them. */
export interface FilePart {
  readonly fd: number
  readonly offset: number
  readonly length: number
  /** Brings the first bytes from an offset of the file into memory; none where the file has become shorter. */
  readonly load: (offset: number) => Promise<Buffer>
}

export type Piece = Buffer | FilePart

/** Whether none of the pieces was left in a file. */
export function areInMemory(pieces: readonly [Buffer, ...Piece[]]): pieces is readonly [Buffer, ...Buffer[]] {
  return pieces.every((piece) => Buffer.isBuffer(piece))
}

/** Pieces as one, of which none may have been left in a file. */
export function joined(pieces: readonly Piece[]): Buffer {
  const buffers = pieces.map((piece) => {
    if (!Buffer.isBuffer(piece)) throw new TypeError('A part of a file was left where nobody can send it.')
    return piece
  })
  return buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers)
}

/** A writer that takes long data in as they are, without copying them: what it gives is a list of pieces. */
export class PieceWriter extends Writer {
  readonly #long: { readonly at: number; readonly piece: Piece }[] = []

  /** Puts `value` in. It must stay as it is until the pieces were used. */
  reference(value: Piece): this {
    if (Buffer.isBuffer(value) && value.length < WORTH_A_PIECE) return this.bytes(value)
    this.#long.push({ at: this.length, piece: value })
    return this
  }

  /** All bytes in their order. The writer is not to be used after it. */
  pieces(): readonly [Buffer, ...Piece[]] {
    const own = this.finish()
    const [first] = this.#long
    const pieces: [Buffer, ...Piece[]] = [own.subarray(0, first?.at)]
    for (const [index, { at, piece }] of this.#long.entries()) {
      pieces.push(piece)
      const between = own.subarray(at, this.#long[index + 1]?.at)
      if (between.length > 0) pieces.push(between)
    }
    return pieces
  }
}
