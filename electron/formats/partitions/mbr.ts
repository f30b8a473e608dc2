import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'

export const SECTOR = 512
/** Boot code ends before the disk signature, which is before the four entries. */
export const BOOT_CODE_LIMIT = 440
const ENTRIES = 446
const ENTRY_COUNT = 4
const SIGNATURE = 0xaa55
const ACTIVE = 0x80
/** Cylinder, head and sector that say: count by LBA. */
const BEYOND_CHS = Buffer.from([0xfe, 0xff, 0xff])

export const PARTITION_TYPES = { unused: 0x00, hfs: 0xaf, protective: 0xee }

/** One of a master boot record's four partitions; places are in sectors of 512 bytes. */
export interface MbrPartition {
  readonly active: boolean
  readonly type: number
  readonly start: number
  readonly count: number
}

/** A master boot record; of the boot code its first 440 bytes are taken. Numbers in it are little-endian. */
export function encodeMbr(partitions: readonly MbrPartition[], bootCode?: Uint8Array): Buffer {
  const writer = new Writer(SECTOR)
  const code = bootCode?.subarray(0, BOOT_CODE_LIMIT) ?? new Uint8Array()
  writer.bytes(code).zeros(ENTRIES - code.length)
  for (const { active, type, start, count } of partitions)
    writer
      .u8(active ? ACTIVE : 0)
      .bytes(BEYOND_CHS)
      .u8(type)
      .bytes(BEYOND_CHS)
      .u32LE(start)
      .u32LE(count)
  return writer
    .zeros(SECTOR - 2 - writer.length)
    .u16LE(SIGNATURE)
    .finish()
}

/** The partitions of a disk's first sector, without unused entries. @throws {DecodeError} when it is none */
export function decodeMbr(sector: Uint8Array): MbrPartition[] {
  const reader = new Reader(sector)
  reader.skip(ENTRIES, 'boot code')
  const partitions = Array.from({ length: ENTRY_COUNT }, () => {
    const status = reader.u8('status')
    reader.skip(3, 'first sector')
    const type = reader.u8('type')
    reader.skip(3, 'last sector')
    return { active: status === ACTIVE, type, start: reader.u32LE('start'), count: reader.u32LE('count') }
  })
  const signature = reader.u16LE('signature')
  if (signature !== SIGNATURE)
    throw new DecodeError('unrecognised', 'signature', reader.offset - 2, signature.toString(16))
  return partitions.filter(({ type, count }) => type !== PARTITION_TYPES.unused && count > 0)
}
