import type { Reader, Writer } from '../bytes.ts'

/** One block of a file (RFC 1350 section 5). A block shorter than the block size is the last one. */
export interface Data {
  readonly type: 'data'
  /** Starts at 1 and goes on with 0 after 65535. */
  readonly block: number
  readonly payload: Uint8Array
}

/** Opcode and block number, in bytes. */
export const DATA_HEADER = 4

/**
 * Reads what follows the opcode of a DATA packet.
 *
 *     2 bytes   2 bytes    n bytes
 *     +------+-----------+----~~---+
 *     |  03  |  block #  | payload |
 *     +------+-----------+----~~---+
 */
export function readData(reader: Reader): Data {
  return { type: 'data', block: reader.u16('block number'), payload: reader.rest() }
}

export function writeData(writer: Writer, { block, payload }: Data): void {
  writer.u16(block).bytes(payload)
}

/** Writes opcode and block number in place, before a payload that is already at `at + DATA_HEADER`. */
export function writeDataHeader(bytes: Uint8Array, at: number, block: number): void {
  bytes[at] = 0
  bytes[at + 1] = 3
  bytes[at + 2] = (block >>> 8) & 255
  bytes[at + 3] = block & 255
}
