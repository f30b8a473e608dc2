import { DecodeError } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'

/**
 * User class (RFC 3004 section 4): classes, each after a byte with its length. iPXE and others send one bare
 * text instead; bytes that are no such list are read as that.
 */
export const userClass: OptionCodec<readonly string[]> = {
  code: 77,
  name: 'user class',
  decode: (bytes) => instances(bytes) ?? [bytes.toString('utf8')],
  encode(value) {
    const classes = value.map((text) => Buffer.from(text, 'utf8'))
    const tooLong = classes.find(({ length }) => length === 0 || length > 255)
    if (tooLong !== undefined)
      throw new DecodeError('invalid', 'user class', 0, `${tooLong.length} bytes are not from 1 to 255`)
    return Buffer.concat(classes.flatMap((bytes) => [Buffer.of(bytes.length), bytes]))
  },
  describe: (value) => value.join(', '),
}

function instances(bytes: Buffer): string[] | undefined {
  const found: string[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes[at]!
    const end = at + 1 + length
    if (length === 0 || end > bytes.length) return undefined
    found.push(bytes.toString('utf8', at + 1, end))
    at = end
  }
  return found.length === 0 ? undefined : found
}
