import { DecodeError, Reader } from '../../protocols/bytes.ts'

/** An Apple disk image ends with this. */
export const TRAILER_LENGTH = 512
const MAGIC = 'koly'
const VERSION = 4
/** Real lists of chunks are a few megabytes in the largest images. */
const LIST_LIMIT = 32 * 1024 * 1024

/** Sizes in bytes are exact up to here. */
const SECTOR_LIMIT = Number.MAX_SAFE_INTEGER / 512

/** What the `koly` block tells of where everything is, in bytes from the file's start. */
export interface UdifTrailer {
  readonly dataOffset: number
  readonly listOffset: number
  readonly listLength: number
  /** Of the disk that is in it, in sectors of 512 bytes. */
  readonly sectors: number
}

export function isUdifTrailer(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === MAGIC
}

/** @throws {DecodeError} also for a part of an image in several files, and for one older than property lists */
export function decodeUdifTrailer(bytes: Uint8Array): UdifTrailer {
  const reader = new Reader(bytes)
  if (reader.bytes(4, 'signature').toString('latin1') !== MAGIC)
    throw new DecodeError('unrecognised', 'signature', 0, 'no Apple disk image')
  const version = reader.u32('version')
  if (version !== VERSION) throw new DecodeError('unrecognised', 'version', 4, String(version))
  reader.skip(16, 'header size, flags and running offset')
  const dataOffset = Number(reader.u64('data fork offset'))
  reader.skip(8 + 16 + 4, 'lengths')
  const segments = reader.u32('segment count')
  if (segments > 1)
    throw new DecodeError('unrecognised', 'segment count', 60, `one of ${segments} parts: join them first`)
  reader.skip(16 + 136, 'segment ID and checksum')
  const listOffset = Number(reader.u64('property list offset'))
  const listLength = Number(reader.u64('property list length'))
  if (listLength === 0)
    throw new DecodeError('unrecognised', 'property list length', 224, 'made before Mac OS X 10.2')
  if (listLength > LIST_LIMIT)
    throw new DecodeError('oversized', 'property list length', 224, `${listLength} bytes`)
  reader.skip(120 + 136 + 4, 'reserved, checksum and variant')
  const sectors = Number(reader.u64('sector count'))
  if (sectors > SECTOR_LIMIT) throw new DecodeError('oversized', 'sector count', 492, String(sectors))
  return { dataOffset, listOffset, listLength, sectors }
}
