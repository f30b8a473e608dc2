/**
 * The order of names on a case-insensitive volume: TN1150, "Case-Insensitive String Comparison Algorithm".
 *
 * Its table is the lower case of Unicode 2.0, of UTF-16 units one by one, for characters that have no canonical
 * decomposition, since those never stand in a stored name. Lower case has not changed since for characters that
 * had one, so the table is made here from the characters that had one.
 */
const HAD_LOWER_CASE: readonly (readonly [first: number, last: number])[] = [
  [0x0041, 0x01f2],
  [0x0391, 0x03a9],
  [0x03e2, 0x03ee],
  [0x0402, 0x0480],
  [0x0490, 0x04cb],
  [0x0531, 0x0556],
  [0x2160, 0x216f],
  [0xff21, 0xff3a],
]

/** Got a lower case only later. */
const CASED_LATER = new Set([0x01a6, 0x04c0, 0x04c5, 0x04c9])

/** Georgian capitals were paired with what is a third alphabet since Unicode 4.1. */
const GEORGIAN = { first: 0x10a0, last: 0x10c5, distance: 0x30 }

/** Formatting characters that a comparison passes over. */
const IGNORED: readonly (readonly [first: number, last: number])[] = [
  [0x200c, 0x200f],
  [0x202a, 0x202e],
  [0x206a, 0x206f],
  [0xfeff, 0xfeff],
]

const IGNORE = 0
/** NUL comes after everything, so that the private folder of hard links is the last in the root. */
const AFTER_ALL = 0xffff

/** By UTF-16 unit. */
const table = makeTable()

function makeTable(): Uint16Array {
  const folded = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit)
  for (const [first, last] of HAD_LOWER_CASE)
    for (let unit = first; unit <= last; unit++) folded[unit] = lowerCase(unit)
  const { first, last, distance } = GEORGIAN
  for (let unit = first; unit <= last; unit++) folded[unit] = unit + distance
  for (const [start, end] of IGNORED) folded.fill(IGNORE, start, end + 1)
  folded[0] = AFTER_ALL
  return folded
}

function lowerCase(unit: number): number {
  const character = String.fromCharCode(unit)
  const lower = character.toLowerCase()
  const keeps = lower.length > 1 || CASED_LATER.has(unit) || character.normalize('NFD') !== character
  return keeps ? unit : lower.charCodeAt(0)
}

export function foldCase(stored: string): string {
  let changed = false
  const units = new Uint16Array(stored.length)
  let length = 0
  for (let index = 0; index < stored.length; index++) {
    const unit = stored.charCodeAt(index)
    const folded = table[unit]!
    if (folded !== unit) changed = true
    if (folded !== IGNORE) units[length++] = folded
  }
  return changed ? String.fromCharCode(...units.subarray(0, length)) : stored
}
