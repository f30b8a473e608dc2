import { ipv4ToNumber } from '../addresses.ts'
import { DecodeError, Writer } from '../bytes.ts'
import {
  DEFAULT_MAXIMUM_LENGTH,
  FILE_LENGTH,
  HEADER_LENGTH,
  MAGIC_COOKIE,
  MINIMUM_LENGTH,
  SNAME_LENGTH,
  type DhcpMessage,
} from './message.ts'
import { END } from './options.ts'
import { overload } from './options/overload.ts'

export interface EncodeLimits {
  /** The longest message its receiver takes, in bytes of UDP payload. */
  readonly maximum?: number
  /** Whether options may go on in an empty `file` or `sname` (RFC 2132 section 9.3). BOOTP clients do not look there. */
  readonly overload?: boolean
}

export interface EncodedMessage {
  /** At least 300 bytes, at most the maximum. */
  readonly bytes: Buffer
  /** The options that found no room: the last ones, since options are placed in their order. */
  readonly omitted: readonly number[]
}

/**
 * Writes a BOOTP or DHCP message, options in their order. Values over 255 bytes are split (RFC 3396); an option
 * that does not fit any more goes into `file` or `sname` where that is empty, and is left out otherwise.
 * Throws a `DecodeError` when `sname`, `file` or `chaddr` is longer than its field.
 */
export function encodeMessage(message: DhcpMessage, limits: EncodeLimits = {}): EncodedMessage {
  const { maximum = DEFAULT_MAXIMUM_LENGTH, overload: mayOverload = true } = limits
  const sname = new Field(SNAME_LENGTH, message.sname === '')
  const file = new Field(FILE_LENGTH, message.file === '')
  const main = new Field(maximum - HEADER_LENGTH - 4, true)
  const omitted: number[] = []
  for (const [code, value] of message.options) main.want(code, value)

  if (!main.fitsAll()) {
    if (mayOverload && (sname.isFree || file.isFree)) main.reserve(OVERLOAD_LENGTH)
    for (const { code, value } of main.takeOverflow()) {
      const other = mayOverload ? [file, sname].find((field) => field.hasRoom(value)) : undefined
      if (other === undefined) omitted.push(code)
      else other.want(code, value)
    }
    if (file.isUsed || sname.isUsed)
      main.wantFirst(overload.code, overload.encode({ file: file.isUsed, sname: sname.isUsed }))
  }

  const writer = new Writer(Math.max(maximum, MINIMUM_LENGTH))
  writeHeader(writer, message)
  if (sname.isUsed) sname.write(writer)
  else writeText(writer, message.sname, SNAME_LENGTH, 'sname')
  if (file.isUsed) file.write(writer)
  else writeText(writer, message.file, FILE_LENGTH, 'file')
  if (message.vendor.length > 0) writer.bytes(message.vendor)
  else main.write(writer.u32(MAGIC_COOKIE), false)
  if (writer.length < MINIMUM_LENGTH) writer.zeros(MINIMUM_LENGTH - writer.length)
  return { bytes: writer.finish(), omitted }
}

const OVERLOAD_LENGTH = 3

/** The options that go into one field of a message, its END included in what they take. */
class Field {
  readonly isFree: boolean
  readonly #capacity: number
  #used = 1
  #reserved = 0
  #entries: { code: number; value: Uint8Array }[] = []

  constructor(capacity: number, isFree: boolean) {
    this.#capacity = capacity
    this.isFree = isFree
  }

  get isUsed(): boolean {
    return this.#entries.length > 0
  }

  hasRoom(value: Uint8Array): boolean {
    return this.isFree && this.#used + this.#reserved + encodedLength(value) <= this.#capacity
  }

  want(code: number, value: Uint8Array): void {
    this.#entries.push({ code, value })
    this.#used += encodedLength(value)
  }

  /** Puts an option after the first one, which firmware expects to be the message type. */
  wantFirst(code: number, value: Uint8Array): void {
    this.#entries.splice(1, 0, { code, value })
  }

  reserve(length: number): void {
    this.#reserved = length
  }

  fitsAll(): boolean {
    return this.#used <= this.#capacity
  }

  /** Keeps what fits, in order, and gives back the rest. */
  takeOverflow(): { code: number; value: Uint8Array }[] {
    const wanted = this.#entries
    const overflow: typeof wanted = []
    this.#entries = []
    this.#used = 1
    for (const entry of wanted) {
      if (this.hasRoom(entry.value)) this.want(entry.code, entry.value)
      else overflow.push(entry)
    }
    return overflow
  }

  write(writer: Writer, fill = true): void {
    const start = writer.length
    for (const { code, value } of this.#entries) writeOption(writer, code, value)
    writer.u8(END)
    if (fill) writer.zeros(this.#capacity - (writer.length - start))
  }
}

/** Two bytes of code and length for each piece of 255 bytes. */
function encodedLength(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / 255))
}

function writeOption(writer: Writer, code: number, value: Uint8Array): void {
  let at = 0
  do {
    const piece = value.subarray(at, at + 255)
    writer.u8(code).u8(piece.length).bytes(piece)
    at += 255
  } while (at < value.length)
}

function writeHeader(writer: Writer, message: DhcpMessage): void {
  const { chaddr } = message
  if (chaddr.length > 16) throw new DecodeError('oversized', 'chaddr', 28, `${chaddr.length} bytes of 16`)
  writer
    .u8(message.op === 'request' ? 1 : 2)
    .u8(message.htype)
    .u8(chaddr.length)
    .u8(message.hops)
    .u32(message.xid)
    .u16(message.secs)
    .u16(message.flags)
    .u32(ipv4ToNumber(message.ciaddr))
    .u32(ipv4ToNumber(message.yiaddr))
    .u32(ipv4ToNumber(message.siaddr))
    .u32(ipv4ToNumber(message.giaddr))
    .bytes(chaddr)
    .zeros(16 - chaddr.length)
}

/** NUL-terminated text: one byte of the field is the NUL's. */
function writeText(writer: Writer, text: string, length: number, field: 'sname' | 'file'): void {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length >= length)
    throw new DecodeError('oversized', field, writer.length, `"${text}" is over ${length - 1} bytes`)
  writer.bytes(bytes).zeros(length - bytes.length)
}
