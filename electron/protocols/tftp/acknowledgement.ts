import type { Reader, Writer } from '../bytes.ts'

/** Says that every block up to `block` arrived (RFC 1350 section 5, RFC 7440 section 4). */
export interface Acknowledgement {
  readonly type: 'acknowledgement'
  readonly block: number
}

/**
 * Reads what follows the opcode of an ACK.
 *
 *     2 bytes   2 bytes
 *     +------+-----------+
 *     |  04  |  block #  |
 *     +------+-----------+
 */
export function readAcknowledgement(reader: Reader): Acknowledgement {
  return { type: 'acknowledgement', block: reader.u16('block number') }
}

export function writeAcknowledgement(writer: Writer, { block }: Acknowledgement): void {
  writer.u16(block)
}

/** The block of an ACK packet straight from its bytes, or -1 when it is another packet. Allocates nothing. */
export function acknowledgedBlock(packet: Uint8Array): number {
  if (packet.length < 4 || packet[0] !== 0 || packet[1] !== 4) return -1
  return ((packet[2] as number) << 8) | (packet[3] as number)
}
