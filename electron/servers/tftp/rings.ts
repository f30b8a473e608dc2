/** Bytes. Lockstep needs the first, small windows the second, and no window more than the last. */
const SIZES = [16 * 1024, 64 * 1024, 256 * 1024]
/** Bytes that are kept for transfers to come: enough for 64 at once with large windows. */
const KEPT = 24 * 1024 * 1024

/**
 * Memory for the packets of transfers, used again and again. Left to the garbage collector it would pile up:
 * bytes outside of the heap hardly press it to run. What a ring has too much is never touched, and so takes no
 * memory of the computer's.
 */
export class Rings {
  readonly #spare = new Map<number, Buffer[]>()
  #kept = 0

  /** At least `size` bytes, with whatever was in them. */
  take(size: number): Buffer {
    const rounded = SIZES.find((each) => size <= each) ?? size
    const ring = this.#spare.get(rounded)?.pop()
    if (ring === undefined) return Buffer.allocUnsafeSlow(rounded)
    this.#kept -= rounded
    return ring
  }

  give(ring: Buffer): void {
    if (this.#kept + ring.length > KEPT) return
    this.#kept += ring.length
    const spare = this.#spare.get(ring.length)
    if (spare === undefined) this.#spare.set(ring.length, [ring])
    else spare.push(ring)
  }
}
