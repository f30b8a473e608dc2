/** Sequence numbers of TCP: 32 bits, which go around (RFC 9293 section 3.4). */

export function plus(sequence: number, count: number): number {
  return (sequence + count) >>> 0
}

/** How far `later` is after `earlier`, around the end of the numbers. */
export function minus(later: number, earlier: number): number {
  return (later - earlier) >>> 0
}

export function isBefore(one: number, other: number): boolean {
  return minus(one, other) >= 0x80000000
}
