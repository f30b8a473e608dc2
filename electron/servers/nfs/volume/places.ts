import type { Listed } from './volume.ts'

/**
 * A name's place among the entries of its directory: 52 bits of a hash, so that a listing which goes on where it
 * stopped neither repeats nor misses a name that was there all the time, whatever was made or removed in between.
 * Two names may have the same place; a listing then returns both in one piece.
 */
export function placeOf(name: string): number {
  // FNV-1a, twice with different starts, over the bytes of the name.
  let high = 0x811c9dc5
  let low = 0x2f0b4a27
  for (const byte of Buffer.from(name)) {
    high = Math.imul(high ^ byte, 0x01000193)
    low = Math.imul(low ^ byte, 0x01000193)
  }
  return (mixed(high) & 0xfffff) * 0x1_0000_0000 + mixed(low)
}

/** FNV leaves short names close together in its upper bits, which version 2 has to do with. */
function mixed(hash: number): number {
  let value = hash ^ (hash >>> 16)
  value = Math.imul(value, 0x85ebca6b)
  value ^= value >>> 13
  value = Math.imul(value, 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** Names in the order of their places. */
export function inPlaces(names: Iterable<string>): readonly Listed[] {
  return Array.from(names, (name) => ({ name, place: placeOf(name) })).sort(
    (one, other) => one.place - other.place || (one.name < other.name ? -1 : 1),
  )
}
