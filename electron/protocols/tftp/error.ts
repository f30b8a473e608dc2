import type { Reader, Writer } from '../bytes.ts'
import { writeText } from './option.ts'

/** Ends a transfer (RFC 1350 section 5 and appendix, RFC 2347 for code 8). */
export interface ErrorPacket {
  readonly type: 'error'
  readonly code: number
  readonly text: string
}

export const ErrorCode = {
  undefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  diskFull: 3,
  illegalOperation: 4,
  unknownTransferId: 5,
  fileExists: 6,
  noSuchUser: 7,
  optionNegotiation: 8,
} as const

/**
 * Reads what follows the opcode of an ERROR. The NUL after the text is not insisted on: ROMs forget it.
 *
 *     2 bytes   2 bytes     string     1
 *     +------+-----------+----~~----+---+
 *     |  05  | ErrorCode |  ErrMsg  | 0 |
 *     +------+-----------+----~~----+---+
 */
export function readError(reader: Reader): ErrorPacket {
  const code = reader.u16('error code')
  const text = reader.rest()
  const end = text.indexOf(0)
  return { type: 'error', code, text: text.subarray(0, end === -1 ? text.length : end).toString() }
}

export function writeError(writer: Writer, { code, text }: ErrorPacket): void {
  writeText(writer.u16(code), text)
}
