import { DecodeError, Writer } from '../../bytes.ts'
import { END, PAD } from '../options.ts'

/** Options within an option: code, length, value. */
export type Suboptions = ReadonlyMap<number, Uint8Array>

/** Reads options within an option. `padded`: 0 and 255 mean PAD and END, as in option 43 (RFC 2132 section 8.4). */
export function readSuboptions(bytes: Buffer, name: string, padded: boolean): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>()
  let at = 0
  while (at < bytes.length) {
    const code = bytes[at]!
    if (padded && code === END) break
    if (padded && code === PAD) {
      at += 1
      continue
    }
    const end = at + 2 + (bytes[at + 1] ?? Number.POSITIVE_INFINITY)
    if (end > bytes.length)
      throw new DecodeError(
        'truncated',
        `${name} suboption ${code}`,
        at,
        'it runs past the end of its option',
      )
    found.set(code, bytes.subarray(at + 2, end))
    at = end
  }
  return found
}

export function writeSuboptions(suboptions: Suboptions, name: string, ended: boolean): Buffer {
  const writer = new Writer(64)
  for (const [code, value] of suboptions) {
    if (value.length > 255)
      throw new DecodeError('oversized', `${name} suboption ${code}`, writer.length, `${value.length} bytes`)
    writer.u8(code).u8(value.length).bytes(value)
  }
  if (ended) writer.u8(END)
  return writer.finish()
}
