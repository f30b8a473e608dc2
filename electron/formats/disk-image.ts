/** Images of disks and volumes, told by where their structures are. */
export type DiskImageFormat = 'udif' | 'iso9660' | 'gpt' | 'mbr' | 'hfsplus'

/** What a file's last bytes tell; a read-only Apple disk image has its `koly` block there. */
export const TAIL_BYTES = 512

const HFS_SIGNATURES = ['H+', 'HX']
const PARTITION_TABLE = 446
const PARTITION_ENTRY = 16
const HFS_PARTITION = 0xaf

export interface DiskImage {
  readonly format: DiskImageFormat
  readonly description: string
}

/** @param tail the last `TAIL_BYTES` of the file, where they are known */
export function recogniseDiskImage(head: Uint8Array, tail?: Uint8Array): DiskImage | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const text = (at: number, length: number) => bytes.toString('latin1', at, at + length)
  if (tail !== undefined && Buffer.from(tail.subarray(0, 4)).toString('latin1') === 'koly')
    return { format: 'udif', description: 'An Apple disk image (UDIF, .dmg).' }
  if (text(0x8001, 5) === 'CD001') return { format: 'iso9660', description: 'An image of a CD (ISO 9660).' }
  if (text(512, 8) === 'EFI PART')
    return { format: 'gpt', description: 'A disk image with a GUID partition table.' }
  if (HFS_SIGNATURES.includes(text(1024, 2)))
    return { format: 'hfsplus', description: 'An HFS+ volume without a partition table around it.' }
  if (bytes.length > 1024 && bytes.readUInt16LE(510) === 0xaa55) return describeMbr(bytes)
  return undefined
}

function describeMbr(bytes: Buffer): DiskImage | undefined {
  const entries = [0, 1, 2, 3].map((index) => {
    const at = PARTITION_TABLE + index * PARTITION_ENTRY
    return { status: bytes[at]!, type: bytes[at + 4]!, sectors: bytes.readUInt32LE(at + 12) }
  })
  // A boot sector of any other kind has code or text here, which is no table.
  if (entries.some(({ status }) => status !== 0 && status !== 0x80)) return undefined
  const partitions = entries.filter(({ type, sectors }) => type !== 0 && sectors > 0)
  if (partitions.length === 0) return undefined
  const hfs = partitions.find(({ type }) => type === HFS_PARTITION)
  const told =
    hfs === undefined
      ? 'none of them of Darwin'
      : `one of them HFS+${hfs.status === 0x80 ? ' and active' : ', but not active'}`
  const count = partitions.length
  return {
    format: 'mbr',
    description:
      count === 1 && hfs !== undefined
        ? `A disk image with one HFS+ partition${hfs.status === 0x80 ? '' : ', which is not active'}.`
        : `A disk image with ${count} MBR ${count === 1 ? 'partition' : 'partitions'}, ${told}.`,
  }
}
