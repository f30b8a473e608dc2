/** Sizes are rounded up to these bytes, so that few kinds of them are kept. */
const STEP = 16 * 1024
/** Bytes that are kept for transfers to come. */
const KEPT = 8 * 1024 * 1024

/**
 * Memory for the packets of transfers, used again and again. Left to the garbage collector it would pile up:
 * a boot is many small transfers, and bytes outside of the heap hardly press it to run.
 */
export class Rings {
  readonly #spare = new Map<number, Buffer[]>()
  #kept = 0

  /** At least `size` bytes, with whatever was in them. */
  take(size: number): Buffer {
    const rounded = Math.ceil(size / STEP) * STEP
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
