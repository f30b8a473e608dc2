import { Writer } from '../bytes.ts'

/** Shorter data are copied, in bytes: that costs less than another piece, and their memory is free at once. */
const WORTH_A_PIECE = 64 * 1024

/** A writer that takes long data in as they are, without copying them: what it gives is a list of pieces. */
export class PieceWriter extends Writer {
  readonly #long: { readonly at: number; readonly bytes: Buffer }[] = []

  /** Puts `value` in. It must stay as it is until the pieces were used. */
  reference(value: Buffer): this {
    if (value.length < WORTH_A_PIECE) return this.bytes(value)
    this.#long.push({ at: this.length, bytes: value })
    return this
  }

  /** All bytes in their order. The writer is not to be used after it. */
  pieces(): readonly [Buffer, ...Buffer[]] {
    const own = this.finish()
    const [first] = this.#long
    const pieces: [Buffer, ...Buffer[]] = [own.subarray(0, first?.at)]
    for (const [index, { at, bytes }] of this.#long.entries()) {
      pieces.push(bytes)
      const between = own.subarray(at, this.#long[index + 1]?.at)
      if (between.length > 0) pieces.push(between)
    }
    return pieces
  }
}
