const MODULUS = 65521
/** As many bytes as can be added before the sums need more than 32 bits (zlib, NMAX). */
const BLOCK = 5552

/** Adler-32 (RFC 1950 section 8.2), as an unsigned number. */
export function adler32(bytes: Uint8Array): number {
  let low = 1
  let high = 0
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, bytes.length)
    for (let at = start; at < end; at++) {
      low += bytes[at]!
      high += low
    }
    low %= MODULUS
    high %= MODULUS
  }
  return ((high << 16) | low) >>> 0
}
