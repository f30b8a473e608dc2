/**
 * LZSS as Haruhiko Okumura published it in 1989 and Apple uses it in mkexts and kernel caches: groups of eight
 * items behind a byte of flags, lowest bit first. A set flag is one literal byte, a clear one a copy of 3 to 18
 * bytes out of a window of the last 4096, given by its place in the window, which starts filled with blanks.
 */
import { DecodeError } from '../protocols/bytes.ts'

const WINDOW = 4096
const LONGEST = 18
const SHORTEST = 3
/** Where in the window the first byte is written. */
const START = WINDOW - LONGEST
const BLANK = 0x20

/** Unpacks all of `packed`, which must give exactly `size` bytes. */
export function unpackLzss(packed: Uint8Array, size: number): Buffer {
  const fail = (fault: 'truncated' | 'oversized', at: number): never => {
    throw new DecodeError(fault, 'LZSS data', at, `for ${size} bytes`)
  }
  // Each pair of bytes makes at most 18: a size beyond that is a lie, told before memory is taken for it.
  if (size > packed.length * (LONGEST / 2)) fail('truncated', 0)
  const out = Buffer.alloc(size)
  const window = Buffer.alloc(WINDOW, BLANK)
  let place = START
  let length = 0
  let at = 0
  const put = (byte: number) => {
    if (length === size) fail('oversized', at)
    out[length++] = byte
    window[place] = byte
    place = (place + 1) % WINDOW
  }
  while (at < packed.length) {
    const flags = packed[at++]!
    for (let item = 0; item < 8 && at < packed.length; item++) {
      if (flags & (1 << item)) {
        put(packed[at++]!)
        continue
      }
      if (at + 2 > packed.length) fail('truncated', at)
      const low = packed[at++]!
      const high = packed[at++]!
      const from = low | ((high & 0xf0) << 4)
      const count = (high & 0x0f) + SHORTEST
      for (let index = 0; index < count; index++) put(window[(from + index) % WINDOW]!)
    }
  }
  if (length < size) fail('truncated', at)
  return out
}

/** How many earlier places with the same three bytes are tried. More would pack little better. */
const TRIES = 32

/** The same input gives the same bytes. The result may be longer than the input, by an eighth at most. */
export function packLzss(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(bytes.length + Math.ceil(bytes.length / 8))
  const latest = new Int32Array(1 << 16).fill(-1)
  const earlier = new Int32Array(WINDOW).fill(-1)
  let length = 0
  let flagsAt = 0
  let items = 0
  let at = 0
  const remember = (place: number) => {
    if (place + SHORTEST > bytes.length) return
    const hash = hashAt(bytes, place)
    earlier[place % WINDOW] = latest[hash]!
    latest[hash] = place
  }
  while (at < bytes.length) {
    if (items++ % 8 === 0) flagsAt = length++
    const match = longestMatch(bytes, at, latest, earlier)
    const count = match === undefined ? 1 : match.count
    if (match === undefined) {
      out[flagsAt]! |= 1 << ((items - 1) % 8)
      out[length++] = bytes[at]!
    } else {
      const from = (match.from + START) % WINDOW
      out[length++] = from & 0xff
      out[length++] = ((from >> 4) & 0xf0) | (count - SHORTEST)
    }
    for (let index = 0; index < count; index++) remember(at + index)
    at += count
  }
  return out.subarray(0, length)
}

function longestMatch(bytes: Uint8Array, at: number, latest: Int32Array, earlier: Int32Array) {
  const most = Math.min(LONGEST, bytes.length - at)
  if (most < SHORTEST) return undefined
  let best = { from: 0, count: SHORTEST - 1 }
  let from = latest[hashAt(bytes, at)]!
  for (let tries = 0; tries < TRIES && from >= 0 && at - from < START; tries++) {
    let count = 0
    while (count < most && bytes[from + count] === bytes[at + count]) count++
    if (count > best.count) best = { from, count }
    if (count === most) break
    const next = earlier[from % WINDOW]!
    // A place that has been overwritten since points forward.
    if (next >= from) break
    from = next
  }
  return best.count < SHORTEST ? undefined : best
}

function hashAt(bytes: Uint8Array, at: number): number {
  const three = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
  return (Math.imul(three, 0x9e3779b1) >>> 16) & 0xffff
}
