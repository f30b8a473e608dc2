import type { TcpSegment } from '../../protocols/ethernet/tcp.ts'
import { isBefore, minus } from './sequence.ts'

/** As many bytes from the next one as a window without scaling has, and as many segments of any size. */
const REACH = 0xffff
const SEGMENTS = 64

export type Kept = Pick<TcpSegment, 'sequence' | 'payload' | 'fin'>

/** Segments that came before the ones they follow: kept, so that only what was lost has to be sent again. */
export class SegmentsAhead {
  readonly #kept: Kept[] = []

  keep({ sequence, payload, fin }: Kept, expected: number): void {
    const end = minus(sequence, expected) + payload.length
    if (end > REACH || this.#kept.length >= SEGMENTS) return
    if (this.#kept.some((one) => one.sequence === sequence && one.payload.length >= payload.length)) return
    // The memory of a frame is the link's.
    this.#kept.push({ sequence, payload: Buffer.from(payload), fin })
  }

  /** One that begins at or before the byte that is expected now, out of the line. */
  take(expected: number): Kept | undefined {
    const at = this.#kept.findIndex(({ sequence }) => !isBefore(expected, sequence))
    return at === -1 ? undefined : this.#kept.splice(at, 1)[0]
  }
}
