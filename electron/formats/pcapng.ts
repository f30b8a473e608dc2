/**
 * Packet captures as Wireshark reads them (draft-ietf-opsawg-pcapng). A file is a section header, then an
 * interface description, then packets; each function here makes one block, and blocks are simply joined. The
 * bytes are little-endian, which the section header says.
 *
 *      0          4          8                       length-4     length
 *     +----------+----------+-----------------------+-------------+
 *     |   type   |  length  |  body, options        |   length    |
 *     +----------+----------+-----------------------+-------------+
 */
import { Writer } from '../protocols/bytes.ts'

const SECTION_HEADER = 0x0a0d0d0a
const INTERFACE_DESCRIPTION = 1
const ENHANCED_PACKET = 6
const BYTE_ORDER_MAGIC = 0x1a2b3c4d
const LINKTYPE_ETHERNET = 1

/** Option codes: a comment is the same everywhere, the others count per block type. */
const COMMENT = 1
const SECTION_APPLICATION = 4
const INTERFACE_NAME = 2
const INTERFACE_DESCRIPTION_TEXT = 3
const PACKET_FLAGS = 2

/** A direction as the capturing interface sees it, in bits 0 and 1 of the packet's flags (section 4.3.1). */
const DIRECTIONS = { inbound: 1, outbound: 2 } as const
export type PacketDirection = keyof typeof DIRECTIONS

/** Section Header Block (section 4.1), of unspecified length, so that packets can be added for ever. */
export function encodeSectionHeader(application: string): Buffer {
  const body = new Writer()
    .u32LE(BYTE_ORDER_MAGIC)
    .u16LE(1)
    .u16LE(0)
    .u32LE(0xffff_ffff)
    .u32LE(0xffff_ffff)
    .bytes(options([[SECTION_APPLICATION, Buffer.from(application)]]))
  return block(SECTION_HEADER, body.finish())
}

/**
 * Interface Description Block (section 4.2) of an Ethernet interface, whose times are in microseconds.
 * @param name as a computer would call the interface
 * @param description what it is, for people
 */
export function encodeInterface(name: string, description: string): Buffer {
  const body = new Writer()
    .u16LE(LINKTYPE_ETHERNET)
    .u16LE(0)
    // No limit to how much of each packet was kept.
    .u32LE(0)
    .bytes(
      options([
        [INTERFACE_NAME, Buffer.from(name)],
        [INTERFACE_DESCRIPTION_TEXT, Buffer.from(description)],
      ]),
    )
  return block(INTERFACE_DESCRIPTION, body.finish())
}

export interface CapturedPacket {
  /** Microseconds since the Unix epoch. */
  readonly time: number
  readonly direction: PacketDirection
  readonly bytes: Uint8Array
  readonly comment?: string
}

const flagsOf = (direction: PacketDirection) =>
  [PACKET_FLAGS, new Writer(4).u32LE(DIRECTIONS[direction]).finish()] as const
const usualOptions = {
  inbound: options([flagsOf('inbound')]),
  outbound: options([flagsOf('outbound')]),
} satisfies Record<PacketDirection, Buffer>

/** Type, length and the fields of an Enhanced Packet Block before its packet. */
const PACKET_HEADER_SIZE = 28

/**
 * Enhanced Packet Block (section 4.3) of the section's first interface. Made in one piece, because there are as many of
 * them as there are packets.
 */
export function encodePacket({ time, direction, bytes, comment }: CapturedPacket): Buffer {
  const more =
    comment === undefined
      ? usualOptions[direction]
      : options([[COMMENT, Buffer.from(comment)], flagsOf(direction)])
  const end = PACKET_HEADER_SIZE + bytes.length
  const length = end + (-bytes.length & 3) + more.length + 4
  const made = Buffer.allocUnsafe(length)
  const fields = [
    ENHANCED_PACKET,
    length,
    0,
    Math.floor(time / 2 ** 32),
    (time % 2 ** 32) >>> 0,
    bytes.length,
    bytes.length,
  ]
  for (let index = 0; index < fields.length; index++) made.writeUInt32LE(fields[index]!, 4 * index)
  made.set(bytes, PACKET_HEADER_SIZE)
  made.fill(0, end, length - more.length - 4)
  made.set(more, length - more.length - 4)
  made.writeUInt32LE(length, length - 4)
  return made
}

function block(type: number, body: Buffer): Buffer {
  const length = body.length + 12
  return new Writer(length).u32LE(type).u32LE(length).bytes(body).u32LE(length).finish()
}

/** Options are type, length and value each, ended by an empty one (section 3.5). */
function options(list: readonly (readonly [code: number, value: Uint8Array])[]): Buffer {
  const writer = new Writer()
  for (const [code, value] of list) writer.u16LE(code).u16LE(value.length).bytes(padded(value))
  return writer.u32LE(0).finish()
}

/** Everything in a block starts at a multiple of four bytes. */
function padded(bytes: Uint8Array): Buffer {
  return new Writer(bytes.length + 3)
    .bytes(bytes)
    .zeros(-bytes.length & 3)
    .finish()
}
