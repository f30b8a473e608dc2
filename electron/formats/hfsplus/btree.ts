import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'

/** How B-trees lie in their files (TN1150, "B-Trees"). */
export const NODE_DESCRIPTOR = 14
export const HEADER_RECORD = 106
export const USER_RECORD = 128
/** A record's offset at the end of its node, and a child's number in an index record, in bytes. */
export const OFFSET = 2
export const CHILD = 4

export const LEAF = -1
export const INDEX = 0
export const HEADER = 1
export const MAP = 2

/** BTHeaderRec attributes. */
const BIG_KEYS = 1 << 1
const VARIABLE_INDEX_KEYS = 1 << 2

/** keyCompareType. */
export const CASE_FOLDING = 0xcf
export const BINARY = 0xbc

/** What is the same for every tree of a kind. */
export interface TreeFormat {
  /** In bytes: a power of two from 512 to 32768. */
  readonly nodeSize: number
  /** Without the two bytes of its own. */
  readonly maxKeyLength: number
  /** Keys are as long in index nodes as they are, and not as the longest. */
  readonly variableKeys: boolean
  /** Zero outside of the catalog. */
  readonly compareType: number
}

export interface TreeHeader {
  readonly depth: number
  readonly rootNode: number
  readonly leafRecords: number
  readonly firstLeaf: number
  readonly lastLeaf: number
  readonly nodeSize: number
  readonly totalNodes: number
  readonly freeNodes: number
  readonly compareType: number
}

/** BTHeaderRec. */
export function encodeTreeHeader(header: TreeHeader, format: TreeFormat, clumpSize: number): Buffer {
  const writer = new Writer(HEADER_RECORD)
  writer.u16(header.depth).u32(header.rootNode).u32(header.leafRecords)
  writer.u32(header.firstLeaf).u32(header.lastLeaf).u16(header.nodeSize).u16(format.maxKeyLength)
  writer.u32(header.totalNodes).u32(header.freeNodes).u16(0)
  writer.u32(clumpSize).u8(0).u8(header.compareType)
  return writer
    .u32(BIG_KEYS | (format.variableKeys ? VARIABLE_INDEX_KEYS : 0))
    .zeros(64)
    .finish()
}

/** From the first bytes of a tree's file: those before the node size is known. */
export function decodeTreeHeader(bytes: Uint8Array): TreeHeader {
  const reader = new Reader(bytes)
  reader.skip(8, 'links')
  const kind = reader.u8('kind')
  if (kind !== HEADER) throw new DecodeError('invalid', 'header node kind', 8, String(kind))
  reader.skip(NODE_DESCRIPTOR - 9, 'node descriptor')
  const depth = reader.u16('treeDepth')
  const rootNode = reader.u32('rootNode')
  const leafRecords = reader.u32('leafRecords')
  const firstLeaf = reader.u32('firstLeafNode')
  const lastLeaf = reader.u32('lastLeafNode')
  const nodeSize = reader.u16('nodeSize')
  if (nodeSize < 512 || nodeSize > 32768 || (nodeSize & (nodeSize - 1)) !== 0)
    throw new DecodeError('invalid', 'nodeSize', reader.offset - 2, String(nodeSize))
  reader.skip(2, 'maxKeyLength')
  const totalNodes = reader.u32('totalNodes')
  const freeNodes = reader.u32('freeNodes')
  reader.skip(7, 'clumpSize and btreeType')
  const compareType = reader.u8('keyCompareType')
  return { depth, rootNode, leafRecords, firstLeaf, lastLeaf, nodeSize, totalNodes, freeNodes, compareType }
}

/** BTNodeDescriptor and the records' offsets, around records that are already in place from byte 14 on. */
export function finishNode(
  node: Buffer,
  kind: number,
  height: number,
  links: { readonly next: number; readonly previous: number },
  lengths: readonly number[],
): void {
  node.writeUInt32BE(links.next, 0)
  node.writeUInt32BE(links.previous, 4)
  node.writeInt8(kind, 8)
  node.writeUInt8(height, 9)
  node.writeUInt16BE(lengths.length, 10)
  let offset = NODE_DESCRIPTOR
  let place = node.length
  for (const length of lengths) {
    node.writeUInt16BE(offset, (place -= OFFSET))
    offset += length
  }
  node.writeUInt16BE(offset, place - OFFSET)
}
