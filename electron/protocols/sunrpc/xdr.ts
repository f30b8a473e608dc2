/** External data representation (RFC 4506): what the byte cursors do not know of it. Everything is in units of 4 bytes. */
import { DecodeError, type Reader, type Writer } from '../bytes.ts'
import type { Piece, PieceWriter } from './pieces.ts'

/** RFC 4506 section 4.4. */
export function readBoolean(reader: Reader, field: string): boolean {
  const offset = reader.offset
  const value = reader.u32(field)
  if (value > 1) throw new DecodeError('invalid', field, offset, `${value} is neither TRUE nor FALSE`)
  return value === 1
}

export function writeBoolean(writer: Writer, value: boolean): void {
  writer.u32(value ? 1 : 0)
}

/** Opaque data of a length known beforehand (RFC 4506 section 4.9), without its padding; a view. */
export function readFixedOpaque(reader: Reader, length: number, field: string): Buffer {
  const value = reader.bytes(length, field)
  reader.skip(padding(length), field)
  return value
}

export function writeFixedOpaque(writer: Writer, value: Uint8Array): void {
  writer.bytes(value).zeros(padding(value.length))
}

/** Opaque data preceded by its length (RFC 4506 section 4.10), of at most `limit` bytes; a view. */
export function readOpaque(reader: Reader, limit: number, field: string): Buffer {
  const offset = reader.offset
  const length = reader.u32(field)
  if (length > limit)
    throw new DecodeError('oversized', field, offset, `${length} bytes, at most ${limit} are allowed`)
  return readFixedOpaque(reader, length, field)
}

export function writeOpaque(writer: Writer, value: Uint8Array): void {
  writer.u32(value.length)
  writeFixedOpaque(writer, value)
}

/** The same of data that lie in several places, which are not copied where they are long. */
export function writeOpaquePieces(writer: PieceWriter, pieces: readonly Piece[]): void {
  const length = lengthOf(pieces)
  writer.u32(length)
  for (const piece of pieces) writer.reference(piece)
  writer.zeros(padding(length))
}

/** In bytes. */
export function lengthOf(pieces: readonly { readonly length: number }[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/**
 * A string (RFC 4506 section 4.11) of at most `limit` bytes. What is no UTF-8 becomes U+FFFD, so that a name
 * which cannot be spelled is a name that does not exist.
 */
export function readString(reader: Reader, limit: number, field: string): string {
  return readOpaque(reader, limit, field).toString('utf8')
}

export function writeString(writer: Writer, value: string): void {
  writeOpaque(writer, Buffer.from(value, 'utf8'))
}

/** How many bytes `writeOpaque` takes for `length` bytes of data. */
export function opaqueSize(length: number): number {
  return 4 + length + padding(length)
}

/** Optional data (RFC 4506 section 4.19). */
export function readOptional<T>(reader: Reader, field: string, read: (reader: Reader) => T): T | undefined {
  return readBoolean(reader, field) ? read(reader) : undefined
}

export function writeOptional<T>(
  writer: Writer,
  value: T | undefined,
  write: (writer: Writer, value: T) => void,
): void {
  writeBoolean(writer, value !== undefined)
  if (value !== undefined) write(writer, value)
}

/** A linked list of optional data, as RPC programs return lists of unknown length (RFC 4506 section 4.19). */
export function writeList<T>(
  writer: Writer,
  values: Iterable<T>,
  write: (writer: Writer, value: T) => void,
): void {
  for (const value of values) {
    writeBoolean(writer, true)
    write(writer, value)
  }
  writeBoolean(writer, false)
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4
}
