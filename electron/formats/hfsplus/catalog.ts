import { DecodeError, type Reader, Writer } from '../../protocols/bytes.ts'
import { readFork, writeFork, type ForkData } from './fork.ts'
import { NAME_LIMIT } from './names.ts'

/** Catalog node IDs that are fixed (TN1150, "Catalog File"). */
export const ROOT_PARENT = 1
export const ROOT_FOLDER = 2
export const EXTENTS_FILE = 3
export const CATALOG_FILE = 4
export const ALLOCATION_FILE = 6
export const ATTRIBUTES_FILE = 8
export const FIRST_USER_ID = 16

const FOLDER = 1
const FILE = 2
const FOLDER_THREAD = 3
const FILE_THREAD = 4

/** The record lengths that matter to who lays out a catalog, in bytes. */
export const FOLDER_RECORD = 88
export const FILE_RECORD = 248
export const threadRecord = (stored: string) => 10 + 2 * stored.length
export const catalogKey = (stored: string) => 8 + 2 * stored.length

/** A file always has a thread record here. */
const HAS_THREAD = 0x0002
/** The folder's number of subfolders is kept: HFSX only. */
const HAS_FOLDER_COUNT = 0x0010

/** HFSPlusBSDInfo. */
export interface BsdInfo {
  readonly owner: number
  readonly group: number
  /** File kind and permissions, as POSIX has them. Zero: never set. */
  readonly mode: number
  /** The number in an indirect node's name when this is a hard link, else a link count or nothing. */
  readonly special: number
  /** Flags that the owner may change, such as UF_COMPRESSED. */
  readonly flags: number
}

interface Common {
  /** Catalog node ID. */
  readonly id: number
  /** Dates are in seconds since 1904. */
  readonly createDate: number
  readonly modifyDate: number
  readonly bsd: BsdInfo
}

export interface FolderRecord extends Common {
  readonly kind: 'folder'
  /** How many files and folders are in it. */
  readonly valence: number
  /** How many folders are in it, where that is kept. */
  readonly folderCount?: number
}

export interface FileRecord extends Common {
  readonly kind: 'file'
  /** Finder's four-character codes, such as `slnk` and `rhap` of a symbolic link; empty when they are zero. */
  readonly type: string
  readonly creator: string
  readonly dataFork: ForkData
  readonly resourceFork: ForkData
}

export interface ThreadRecord {
  readonly kind: 'thread'
  readonly ofFolder: boolean
  readonly parent: number
  /** As stored. */
  readonly name: string
}

export type CatalogRecord = FolderRecord | FileRecord | ThreadRecord

/** HFSPlusCatalogKey, with the length before it. */
export interface CatalogKey {
  readonly parent: number
  /** As stored. */
  readonly name: string
}

export function encodeCatalogKey({ parent, name }: CatalogKey): Buffer {
  const key = Buffer.allocUnsafe(catalogKey(name))
  key.writeUInt16BE(key.length - 2, 0)
  key.writeUInt32BE(parent, 2)
  writeName(key, 6, name)
  return key
}

export function decodeCatalogKey(reader: Reader): CatalogKey {
  return { parent: reader.u32('parentID'), name: readName(reader) }
}

/** HFSUniStr255: a length, then UTF-16 units, big-endian. */
function writeName(into: Buffer, at: number, name: string): void {
  into.writeUInt16BE(name.length, at)
  const units = into.subarray(at + 2, at + 2 + 2 * name.length)
  units.write(name, 'utf16le')
  units.swap16()
}

function readName(reader: Reader): string {
  const length = reader.u16('nodeName length')
  if (length > NAME_LIMIT)
    throw new DecodeError('oversized', 'nodeName length', reader.offset - 2, String(length))
  return Buffer.from(reader.bytes(2 * length, 'nodeName'))
    .swap16()
    .toString('utf16le')
}

export function encodeFolder(folder: FolderRecord): Buffer {
  const writer = new Writer(FOLDER_RECORD)
  writer.u16(FOLDER).u16(folder.folderCount === undefined ? 0 : HAS_FOLDER_COUNT)
  writer.u32(folder.valence)
  writeCommon(writer, folder)
  writer.zeros(32).u32(0) // Finder's information, text encoding
  return writer.u32(folder.folderCount ?? 0).finish()
}

export function encodeFile(file: FileRecord): Buffer {
  const writer = new Writer(FILE_RECORD)
  writer.u16(FILE).u16(HAS_THREAD).u32(0)
  writeCommon(writer, file)
  writer.bytes(fourCharacters(file.type)).bytes(fourCharacters(file.creator)).zeros(24)
  writer.u32(0).u32(0) // text encoding, reserved
  writeFork(writer, file.dataFork)
  writeFork(writer, file.resourceFork)
  return writer.finish()
}

export function encodeThread({ ofFolder, parent, name }: Omit<ThreadRecord, 'kind'>): Buffer {
  const record = Buffer.allocUnsafe(threadRecord(name))
  record.writeUInt16BE(ofFolder ? FOLDER_THREAD : FILE_THREAD, 0)
  record.writeUInt16BE(0, 2)
  record.writeUInt32BE(parent, 4)
  writeName(record, 8, name)
  return record
}

function writeCommon(writer: Writer, { id, createDate, modifyDate, bsd }: Common): void {
  writer.u32(id).u32(createDate).u32(modifyDate)
  writer.u32(modifyDate).u32(modifyDate).u32(0) // attributeModDate, accessDate, backupDate
  writer.u32(bsd.owner).u32(bsd.group).u8(0).u8(bsd.flags).u16(bsd.mode).u32(bsd.special)
}

function fourCharacters(code: string): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.write(code, 'latin1')
  return bytes
}

export function decodeCatalogRecord(reader: Reader): CatalogRecord {
  const type = reader.u16('recordType')
  switch (type) {
    case FOLDER: {
      const flags = reader.u16('flags')
      const valence = reader.u32('valence')
      const common = readCommon(reader)
      reader.skip(36, 'userInfo')
      const folderCount = reader.u32('folderCount')
      const counted = (flags & HAS_FOLDER_COUNT) !== 0
      return { kind: 'folder', valence, ...common, ...(counted ? { folderCount } : {}) }
    }
    case FILE: {
      reader.skip(6, 'flags')
      const common = readCommon(reader)
      const type = readFour(reader, 'fdType')
      const creator = readFour(reader, 'fdCreator')
      reader.skip(32, 'userInfo')
      return {
        kind: 'file',
        ...common,
        type,
        creator,
        dataFork: readFork(reader),
        resourceFork: readFork(reader),
      }
    }
    case FOLDER_THREAD:
    case FILE_THREAD: {
      reader.skip(2, 'reserved')
      const parent = reader.u32('parentID')
      return { kind: 'thread', ofFolder: type === FOLDER_THREAD, parent, name: readName(reader) }
    }
    default:
      throw new DecodeError('unrecognised', 'recordType', reader.offset - 2, String(type))
  }
}

function readCommon(reader: Reader): Common {
  const id = reader.u32('nodeID')
  const createDate = reader.u32('createDate')
  const modifyDate = reader.u32('contentModDate')
  reader.skip(12, 'other dates')
  const owner = reader.u32('ownerID')
  const group = reader.u32('groupID')
  reader.skip(1, 'adminFlags')
  const flags = reader.u8('ownerFlags')
  const mode = reader.u16('fileMode')
  return { id, createDate, modifyDate, bsd: { owner, group, mode, flags, special: reader.u32('special') } }
}

function readFour(reader: Reader, field: string): string {
  const bytes = reader.bytes(4, field)
  return bytes.readUInt32BE(0) === 0 ? '' : bytes.toString('latin1')
}
