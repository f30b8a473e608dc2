import { createHash } from 'node:crypto'
import { LayoutError } from '../hfsplus/entries.ts'
import { movedBy, type ImagePlan, type Piece } from '../image-plan.ts'
import { decodeGuid } from './guid.ts'
import { encodeGpt, GPT_TAIL_SECTORS, HFS_PARTITION } from './gpt.ts'
import { encodeMbr, PARTITION_TYPES, SECTOR } from './mbr.ts'

/** What is around a volume on a disk: an MBR, a GPT, or nothing. */
export type PartitionScheme = 'mbr' | 'gpt' | 'none'

export interface DiskOptions {
  readonly scheme: PartitionScheme
  /** The MBR's boot code, of which the first 440 bytes are taken: boot0. */
  readonly bootCode?: Uint8Array
}

/** On a whole number of blocks of any size in use, behind a table of either kind. */
const PARTITION_START = 64
/** The largest count of sectors that an MBR can hold. */
const MBR_LIMIT = 0xffff_ffff

/**
 * A disk with one HFS+ volume on it: in an MBR as the only partition, active, of type AF.
 * @throws {LayoutError} when the volume is too large for an MBR
 */
export function planDisk<Content>(
  volume: ImagePlan<Content>,
  name: string,
  { scheme, bootCode }: DiskOptions,
): ImagePlan<Content> {
  if (scheme === 'none') return volume
  const count = volume.size / SECTOR
  const tailSectors = scheme === 'gpt' ? GPT_TAIL_SECTORS : 0
  const diskSectors = PARTITION_START + count + tailSectors
  const table =
    scheme === 'mbr'
      ? encodeMbr([{ active: true, type: PARTITION_TYPES.hfs, start: PARTITION_START, count }], bootCode)
      : encodeMbr([protective(diskSectors)], bootCode)
  if (scheme === 'mbr' && diskSectors > MBR_LIMIT)
    throw new LayoutError('The volume is larger than an MBR can hold.', 'Choose a GPT.')
  const guids = guidsOf(name, count)
  const gpt =
    scheme === 'gpt'
      ? encodeGpt(
          [{ type: HFS_PARTITION, guid: guids.partition, start: PARTITION_START, count, name }],
          diskSectors,
          guids.disk,
        )
      : undefined
  return {
    size: diskSectors * SECTOR,
    *pieces(): Generator<Piece<Content>> {
      yield { at: 0, bytes: gpt === undefined ? table : Buffer.concat([table, gpt.head]) }
      yield* movedBy(PARTITION_START * SECTOR, volume)
      if (gpt !== undefined) yield { at: (PARTITION_START + count) * SECTOR, bytes: gpt.tail }
    },
  }
}

function protective(diskSectors: number) {
  const count = Math.min(diskSectors - 1, MBR_LIMIT)
  return { active: false, type: PARTITION_TYPES.protective, start: 1, count }
}

/** Not random: the same disk is to be made of the same bytes. */
function guidsOf(name: string, count: number): { readonly disk: string; readonly partition: string } {
  const digest = createHash('sha256').update(`${name}\0${count}`).digest()
  const guid = (at: number) => {
    const bytes = digest.subarray(at, at + 16)
    bytes[7] = (bytes[7]! & 0x0f) | 0x80 // version 8, made by a rule of its own (RFC 9562 section 5.8)
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    return decodeGuid(bytes)
  }
  return { disk: guid(0), partition: guid(16) }
}
