import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'
import { readFork, writeFork, type ForkData } from './fork.ts'

/** Where the header is, in bytes from the volume's start; its copy is as far from the volume's end. */
export const HEADER_OFFSET = 1024
export const HEADER_LENGTH = 512

const HFS_PLUS = { signature: 0x482b, version: 4 }
/** HFSX, the only one that may be case-sensitive. */
const HFSX = { signature: 0x4858, version: 5 }
/** Who has last written: Mac OS X's own driver. */
const LAST_MOUNTED_VERSION = Buffer.from('10.0')
const CLEANLY_UNMOUNTED = 1 << 8
/** Every name may be shown in MacRoman: what Mac OS X sets on a new volume. */
const ENCODINGS = 1n

/** HFSPlusVolumeHeader (TN1150, "Volume Header"). Dates are in seconds since 1904. */
export interface VolumeHeader {
  /** HFSX and not HFS+. Its names may be case-sensitive, which its catalog says. */
  readonly extended: boolean
  readonly attributes: number
  /** In local time, unlike all others. */
  readonly createDate: number
  readonly modifyDate: number
  readonly checkedDate: number
  readonly fileCount: number
  /** Without the root folder. */
  readonly folderCount: number
  /** In bytes. */
  readonly blockSize: number
  readonly totalBlocks: number
  readonly freeBlocks: number
  readonly nextAllocation: number
  readonly nextCatalogID: number
  /** The folder with the system on it, or zero. */
  readonly blessedFolder: number
  /** Zero: none. */
  readonly identifier: bigint
  readonly allocationFile: ForkData
  readonly extentsFile: ForkData
  readonly catalogFile: ForkData
  readonly attributesFile: ForkData
  readonly startupFile: ForkData
}

/** The writing side knows the volume to be clean and its other counts to be one. */
export function encodeVolumeHeader(header: Omit<VolumeHeader, 'attributes'>): Buffer {
  const writer = new Writer(HEADER_LENGTH)
  const { signature, version } = header.extended ? HFSX : HFS_PLUS
  writer.u16(signature).u16(version).u32(CLEANLY_UNMOUNTED).bytes(LAST_MOUNTED_VERSION)
  writer.u32(0) // journalInfoBlock
  writer.u32(header.createDate).u32(header.modifyDate)
  writer.u32(0) // backupDate
  writer.u32(header.checkedDate).u32(header.fileCount).u32(header.folderCount)
  writer.u32(header.blockSize).u32(header.totalBlocks).u32(header.freeBlocks).u32(header.nextAllocation)
  writer.u32(header.blockSize).u32(header.blockSize) // rsrcClumpSize, dataClumpSize
  writer.u32(header.nextCatalogID).u32(1).u64(ENCODINGS)
  // finderInfo: 0 is what firmware boots from, 5 what Mac OS X does.
  writer.u32(header.blessedFolder).zeros(16).u32(header.blessedFolder).u64(header.identifier)
  for (const fork of [
    header.allocationFile,
    header.extentsFile,
    header.catalogFile,
    header.attributesFile,
    header.startupFile,
  ])
    writeFork(writer, fork)
  return writer.finish()
}

/** @throws {DecodeError} which names what the volume is instead */
export function decodeVolumeHeader(bytes: Uint8Array): VolumeHeader {
  const reader = new Reader(bytes)
  const signature = reader.u16('signature')
  if (signature !== HFS_PLUS.signature && signature !== HFSX.signature)
    throw new DecodeError('unrecognised', 'signature', 0, 'neither HFS+ nor HFSX')
  reader.skip(2, 'version')
  const attributes = reader.u32('attributes')
  reader.skip(8, 'lastMountedVersion and journalInfoBlock')
  const createDate = reader.u32('createDate')
  const modifyDate = reader.u32('modifyDate')
  reader.skip(4, 'backupDate')
  const checkedDate = reader.u32('checkedDate')
  const fileCount = reader.u32('fileCount')
  const folderCount = reader.u32('folderCount')
  const blockSize = reader.u32('blockSize')
  if (blockSize < 512 || blockSize > 2 ** 31 || (blockSize & (blockSize - 1)) !== 0)
    throw new DecodeError('invalid', 'blockSize', reader.offset - 4, String(blockSize))
  const totalBlocks = reader.u32('totalBlocks')
  const freeBlocks = reader.u32('freeBlocks')
  const nextAllocation = reader.u32('nextAllocation')
  reader.skip(8, 'clump sizes')
  const nextCatalogID = reader.u32('nextCatalogID')
  reader.skip(12, 'writeCount and encodingsBitmap')
  const blessedFolder = reader.u32('finderInfo')
  reader.skip(20, 'finderInfo')
  return {
    extended: signature === HFSX.signature,
    attributes,
    createDate,
    modifyDate,
    checkedDate,
    fileCount,
    folderCount,
    blockSize,
    totalBlocks,
    freeBlocks,
    nextAllocation,
    nextCatalogID,
    blessedFolder,
    identifier: reader.u64('finderInfo'),
    allocationFile: readFork(reader),
    extentsFile: readFork(reader),
    catalogFile: readFork(reader),
    attributesFile: readFork(reader),
    startupFile: readFork(reader),
  }
}
