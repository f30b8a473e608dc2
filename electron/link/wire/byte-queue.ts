/** Bytes that wait in line, in the pieces in which they came. */
export class ByteQueue {
  #pieces: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#pieces.push(bytes)
    this.#length += bytes.length
  }

  /** At most `length` bytes from `offset`, which stay in line. */
  peek(offset: number, length: number): Buffer {
    const found: Buffer[] = []
    let skip = offset
    let wanted = Math.min(length, this.#length - offset)
    for (const piece of this.#pieces) {
      if (wanted <= 0) break
      if (skip >= piece.length) {
        skip -= piece.length
        continue
      }
      const part = piece.subarray(skip, skip + wanted)
      found.push(part)
      wanted -= part.length
      skip = 0
    }
    return found.length === 1 ? found[0]! : Buffer.concat(found)
  }

  /** Takes the first `length` bytes out of the line. */
  drop(length: number): void {
    this.#length -= length
    let left = length
    let whole = 0
    while (left > 0 && this.#pieces[whole]!.length <= left) {
      left -= this.#pieces[whole]!.length
      whole += 1
    }
    this.#pieces.splice(0, whole)
    if (left > 0) this.#pieces[0] = this.#pieces[0]!.subarray(left)
  }
}
