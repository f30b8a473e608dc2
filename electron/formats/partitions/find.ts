import { DecodeError } from '../../protocols/bytes.ts'
import { partOf, type BlockSource } from '../block-source.ts'
import { HEADER_OFFSET } from '../hfsplus/volume-header.ts'
import { APPLE_HFS, APPLE_HFSX, decodeApplePartition } from './apple-partition-map.ts'
import { decodeGptEntries, decodeGptHeader, HFS_PARTITION } from './gpt.ts'
import { decodeMbr, PARTITION_TYPES, SECTOR } from './mbr.ts'

/** How a volume is held: by a table, or by nothing when the whole disk is the volume. */
export type FoundScheme = 'gpt' | 'apple' | 'mbr' | 'none'

/** Where an HFS+ volume is on a disk, in bytes. */
export interface FoundVolume {
  readonly scheme: FoundScheme
  readonly start: number
  readonly size: number
  readonly source: BlockSource
}

/** An Apple partition map counts in the blocks of its device: those of a disk, or of a CD. */
const APPLE_BLOCK_SIZES = [512, 2048]
const SIGNATURES = new Set(['H+', 'HX', 'BD'])

/**
 * The HFS+ volumes on a disk: in a GPT, an Apple partition map (which hybrid CDs have beside ISO 9660), an MBR,
 * or the disk itself. Tables are looked at in this order, and the first with such a volume in it counts.
 */
export async function findVolumes(disk: BlockSource): Promise<FoundVolume[]> {
  const finders = [
    ['gpt', inGpt],
    ['apple', inAppleMap],
    ['mbr', inMbr],
    ['none', (whole: BlockSource) => Promise.resolve([{ start: 0, size: whole.size }])],
  ] as const
  for (const [scheme, find] of finders) {
    const places = await ignoringOthers(find(disk))
    const found: FoundVolume[] = []
    for (const { start, size } of places) {
      const source = partOf(disk, start, size)
      if (await isVolume(source)) found.push({ scheme, start, size: source.size, source })
    }
    if (found.length > 0) return found
  }
  return []
}

interface Place {
  readonly start: number
  readonly size: number
}

/** A disk without a table of this kind, or with a damaged one, may have one of another. */
async function ignoringOthers(places: Promise<readonly Place[]>): Promise<readonly Place[]> {
  try {
    return await places
  } catch (error) {
    if (error instanceof DecodeError) return []
    throw error
  }
}

async function isVolume(source: BlockSource): Promise<boolean> {
  if (source.size < HEADER_OFFSET + SECTOR) return false
  return SIGNATURES.has((await source.read(HEADER_OFFSET, 2)).toString('latin1'))
}

async function inGpt(disk: BlockSource): Promise<Place[]> {
  const entries = decodeGptHeader(await disk.read(SECTOR, SECTOR))
  const bytes = await disk.read(entries.sector * SECTOR, entries.count * entries.entrySize)
  return decodeGptEntries(bytes, entries)
    .filter(({ type }) => type === HFS_PARTITION)
    .map(({ start, count }) => ({ start: start * SECTOR, size: count * SECTOR }))
}

async function inAppleMap(disk: BlockSource): Promise<Place[]> {
  for (const blockSize of APPLE_BLOCK_SIZES) {
    const places = await ignoringOthers(appleMap(disk, blockSize))
    if (places.length > 0) return [...places]
  }
  return []
}

async function appleMap(disk: BlockSource, blockSize: number): Promise<Place[]> {
  const places: Place[] = []
  let entries = 1
  for (let index = 1; index <= entries; index++) {
    const entry = decodeApplePartition(await disk.read(index * blockSize, SECTOR))
    entries = entry.entries
    if (entry.type === APPLE_HFS || entry.type === APPLE_HFSX)
      places.push({ start: entry.start * blockSize, size: entry.count * blockSize })
  }
  return places
}

async function inMbr(disk: BlockSource): Promise<Place[]> {
  return decodeMbr(await disk.read(0, SECTOR))
    .filter(({ type }) => type === PARTITION_TYPES.hfs)
    .map(({ start, count }) => ({ start: start * SECTOR, size: count * SECTOR }))
}
