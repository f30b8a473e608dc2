import type { Reader, Writer } from '../bytes.ts'
import { readOptions, writeOptions, type Option } from './option.ts'

/** The options that a server agreed to, with the values it will use (OACK, RFC 2347). */
export interface OptionAcknowledgement {
  readonly type: 'option-acknowledgement'
  readonly options: readonly Option[]
}

/**
 * Reads what follows the opcode of an OACK.
 *
 *     2 bytes    pairs of strings
 *     +------+---~~---+---+---~~---+---+
 *     |  06  |  name  | 0 |  value | 0 |
 *     +------+---~~---+---+---~~---+---+
 */
export function readOptionAcknowledgement(reader: Reader): OptionAcknowledgement {
  return { type: 'option-acknowledgement', options: readOptions(reader) }
}

export function writeOptionAcknowledgement(writer: Writer, { options }: OptionAcknowledgement): void {
  writeOptions(writer, options)
}
