import { DecodeError, type Reader } from '../../protocols/bytes.ts'

/** Longest name of an attribute, in UTF-16 units (xnu bsd/hfs/hfs_format.h, kHFSMaxAttrNameLen). */
const NAME_LIMIT = 127

/** recordType of an attribute whose bytes are in the record itself; longer ones have a fork of their own. */
const INLINE = 0x10

/** HFSPlusAttrKey (TN1150, "Attributes File"; xnu bsd/hfs/hfs_format.h). */
export interface AttributeKey {
  /** Catalog node ID. */
  readonly file: number
  readonly name: string
}

export function decodeAttributeKey(reader: Reader): AttributeKey {
  reader.skip(2, 'pad')
  const file = reader.u32('fileID')
  reader.skip(4, 'startBlock')
  const length = reader.u16('attrNameLen')
  if (length > NAME_LIMIT)
    throw new DecodeError('oversized', 'attrNameLen', reader.offset - 2, String(length))
  const units = Buffer.from(reader.bytes(2 * length, 'attrName')).swap16()
  return { file, name: units.toString('utf16le') }
}

/** The bytes of an attribute that is kept in its record (HFSPlusAttrData); of others undefined. */
export function decodeInlineAttribute(reader: Reader): Buffer | undefined {
  if (reader.u32('recordType') !== INLINE) return undefined
  reader.skip(8, 'reserved')
  return reader.bytes(reader.u32('attrSize'), 'attrData')
}
