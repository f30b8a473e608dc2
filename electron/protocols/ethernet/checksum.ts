/**
 * The ones' complement sum of 16-bit big-endian words (RFC 1071 section 1), not yet complemented. An odd last
 * byte counts as the upper half of a word, so only the last of several summed parts may have an odd length.
 * @param sum the sum of the parts before
 */
export function onesComplementSum(bytes: Uint8Array, sum = 0): number {
  let total = sum
  const even = bytes.length & ~1
  for (let at = 0; at < even; at += 2) total += (bytes[at]! << 8) | bytes[at + 1]!
  if (even < bytes.length) total += bytes[even]! << 8
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return total
}

/** The Internet checksum (RFC 1071): 0 for bytes that already hold their own valid checksum. */
export function internetChecksum(bytes: Uint8Array, sum = 0): number {
  return ~onesComplementSum(bytes, sum) & 0xffff
}
