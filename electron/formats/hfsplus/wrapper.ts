import { DecodeError, Reader } from '../../protocols/bytes.ts'
import { partOf, type BlockSource } from '../block-source.ts'
import { HEADER_LENGTH, HEADER_OFFSET } from './volume-header.ts'

/** An HFS volume's signature, 'BD', and that of an HFS+ volume inside of it. */
const HFS = 0x4244
const HFS_PLUS = 0x482b
const SECTOR = 512

/**
 * The HFS+ volume inside of an HFS one (TN1150, "HFS Wrapper"), or the source itself when it is no HFS volume.
 * @throws {DecodeError} for HFS alone
 */
export async function embeddedVolume(source: BlockSource): Promise<BlockSource> {
  const reader = new Reader(await source.read(HEADER_OFFSET, HEADER_LENGTH))
  if (reader.u16('drSigWord') !== HFS) return source
  reader.skip(0x12, 'master directory block')
  const blockSize = reader.u32('drAlBlkSiz')
  reader.skip(4, 'drClpSiz')
  const firstSector = reader.u16('drAlBlSt')
  reader.skip(0x7c - 0x1e, 'master directory block')
  if (reader.u16('drEmbedSigWord') !== HFS_PLUS)
    throw new DecodeError('unrecognised', 'drEmbedSigWord', HEADER_OFFSET + 0x7c, 'HFS and not HFS+')
  const start = reader.u16('drEmbedExtent')
  const count = reader.u16('drEmbedExtent')
  return partOf(source, firstSector * SECTOR + start * blockSize, count * blockSize)
}
