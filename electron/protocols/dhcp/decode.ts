import { readIpv4 } from '../addresses.ts'
import { DecodeError, Reader } from '../bytes.ts'
import { FILE_LENGTH, MAGIC_COOKIE, SNAME_LENGTH, type DhcpMessage } from './message.ts'
import { END, Options, PAD } from './options.ts'
import { overload } from './options/overload.ts'

const CHADDR_LENGTH = 16

/**
 * Reads a BOOTP or DHCP message. The values are views of `bytes`.
 *
 *     0       op (1)  |  htype (1)  |  hlen (1)  |  hops (1)
 *     4                         xid (4)
 *     8             secs (2)         |        flags (2)
 *     12    ciaddr (4), yiaddr (4), siaddr (4), giaddr (4)
 *     28                       chaddr (16)
 *     44                       sname  (64)
 *     108                      file   (128)
 *     236   vendor field of any length: the magic cookie and options, or something older
 *
 * Throws a `DecodeError` when a fixed field is missing or an option is cut short. A vendor field that is missing,
 * short or without the cookie is BOOTP of before RFC 1497, and no error.
 */
export function decodeMessage(bytes: Uint8Array): DhcpMessage {
  const reader = new Reader(bytes)
  const op = reader.u8('op')
  if (op !== 1 && op !== 2)
    throw new DecodeError('unrecognised', 'op', 0, `${op} is neither a request nor a reply`)
  const htype = reader.u8('htype')
  const hlen = reader.u8('hlen')
  if (hlen > CHADDR_LENGTH)
    throw new DecodeError('oversized', 'hlen', 2, `${hlen} bytes do not fit in chaddr`)
  const hops = reader.u8('hops')
  const xid = reader.u32('xid')
  const secs = reader.u16('secs')
  const flags = reader.u16('flags')
  const ciaddr = readIpv4(reader, 'ciaddr')
  const yiaddr = readIpv4(reader, 'yiaddr')
  const siaddr = readIpv4(reader, 'siaddr')
  const giaddr = readIpv4(reader, 'giaddr')
  const chaddr = reader.bytes(CHADDR_LENGTH, 'chaddr').subarray(0, hlen)
  const snameField = reader.bytes(SNAME_LENGTH, 'sname')
  const fileField = reader.bytes(FILE_LENGTH, 'file')
  const vendor = reader.rest()
  const header = { htype, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr }
  const rest = { op: op === 1 ? ('request' as const) : ('reply' as const), ...header }

  if (vendor.length < 4 || vendor.readUInt32BE(0) !== MAGIC_COOKIE)
    return { ...rest, sname: text(snameField), file: text(fileField), options: new Options(), vendor }

  const parts = new Map<number, Buffer[]>()
  readOptions(vendor.subarray(4), 240, parts)
  const overloaded = parts.get(overload.code)
  const used = overloaded === undefined ? undefined : overload.decode(Buffer.concat(overloaded))
  parts.delete(overload.code)
  // RFC 3396 section 5 fixes the order in which the fields are put together: options, file, sname.
  if (used?.file === true) readOptions(fileField, 108, parts)
  if (used?.sname === true) readOptions(snameField, 44, parts)
  parts.delete(overload.code)

  const options = new Options()
  for (const [code, values] of parts)
    options.setRaw(code, values.length === 1 ? values[0]! : Buffer.concat(values))
  return {
    ...rest,
    sname: used?.sname === true ? '' : text(snameField),
    file: used?.file === true ? '' : text(fileField),
    options,
    vendor: vendor.subarray(0, 0),
  }
}

/**
 * Collects the options of one field, up to END or the field's end, since not every client writes an END.
 * An option may come in several pieces (RFC 3396). `base` is where the field starts in the message.
 */
function readOptions(field: Buffer, base: number, parts: Map<number, Buffer[]>): void {
  let at = 0
  while (at < field.length) {
    const code = field[at]!
    if (code === END) return
    if (code === PAD) {
      at += 1
      continue
    }
    const length = field[at + 1]
    if (length === undefined || at + 2 + length > field.length)
      throw new DecodeError('truncated', `option ${code}`, base + at, 'it runs past the end of its field')
    const value = field.subarray(at + 2, at + 2 + length)
    const earlier = parts.get(code)
    if (earlier === undefined) parts.set(code, [value])
    else earlier.push(value)
    at += 2 + length
  }
}

/** Text up to its NUL; a field that is full has none. */
function text(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end === -1 ? field.length : end)
}
