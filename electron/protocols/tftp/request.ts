import { DecodeError, type Reader, type Writer } from '../bytes.ts'
import { readOptions, writeOptions, writeText, type Option } from './option.ts'

/** A read request (RRQ) or write request (WRQ), RFC 1350 section 5 with the options of RFC 2347. */
export interface Request {
  readonly type: 'read-request' | 'write-request'
  readonly file: string
  /** In lower case: `octet`, `netascii`, or something that nobody speaks any more. */
  readonly mode: string
  readonly options: readonly Option[]
}

/** RFC 2347 allows 512 bytes; the rest is for clients with long paths. */
export const LARGEST_REQUEST = 1500

/**
 * Reads what follows the opcode of a request.
 *
 *       2 bytes      string    1     string   1
 *     +----------+---~~-----+---+---~~----+---+---~~----+
 *     | 01 or 02 | filename | 0 |  mode   | 0 | options |
 *     +----------+---~~-----+---+---~~----+---+---~~----+
 */
export function readRequest(reader: Reader, type: Request['type']): Request {
  if (reader.remaining > LARGEST_REQUEST)
    throw new DecodeError('oversized', 'request', 0, `${reader.remaining} bytes, at most ${LARGEST_REQUEST}`)
  const file = reader.untilNul('filename').toString()
  if (file === '') throw new DecodeError('invalid', 'filename', 2, 'it is empty')
  const mode = reader.untilNul('mode').toString().toLowerCase()
  return { type, file, mode, options: readOptions(reader) }
}

export function writeRequest(writer: Writer, { file, mode, options }: Request): void {
  writeText(writeText(writer, file), mode)
  writeOptions(writer, options)
}
