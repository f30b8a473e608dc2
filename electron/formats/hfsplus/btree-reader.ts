import { DecodeError, Reader } from '../../protocols/bytes.ts'
import { readAhead, type BlockSource } from '../block-source.ts'
import { decodeTreeHeader, LEAF, NODE_DESCRIPTOR, OFFSET, type TreeHeader } from './btree.ts'

/** A leaf record: its key without the length before it, and what it says. */
export interface LeafRecord {
  readonly key: Reader
  readonly data: Reader
  /** Where the data begins, in bytes from the file's start. */
  readonly dataAt: number
}

/** What is read of a tree at a time, in bytes: leaves mostly follow each other. */
const WINDOW = 256 * 1024
/** The header node's descriptor and record, which say how large a node is. */
const HEADER_BYTES = 512

/** @throws {DecodeError} also when the tree claims to be larger than its file */
export async function readTreeHeader(file: BlockSource): Promise<TreeHeader> {
  const header = decodeTreeHeader(await file.read(0, HEADER_BYTES))
  const nodes = Math.floor(file.size / header.nodeSize)
  if (header.totalNodes > nodes)
    throw new DecodeError('oversized', 'totalNodes', 0, `${header.totalNodes}, and the file has ${nodes}`)
  return header
}

/**
 * All leaf records in the order in which the leaves are linked. The index is not looked at.
 * @throws {DecodeError} for a damaged node, and when the links come back to a node a second time
 */
export async function* leafRecords(file: BlockSource, header: TreeHeader): AsyncGenerator<LeafRecord> {
  const { nodeSize, totalNodes, firstLeaf } = header
  const nodes = readAhead(file, WINDOW)
  const seen = new Set<number>()
  for (let number = firstLeaf; number !== 0;) {
    const offset = number * nodeSize
    if (number >= totalNodes) throw new DecodeError('invalid', 'fLink', offset, `there is no node ${number}`)
    if (seen.has(number)) throw new DecodeError('invalid', 'fLink', offset, `node ${number} comes twice`)
    seen.add(number)
    const node = await nodes.read(offset, nodeSize)
    if (node.readInt8(8) !== LEAF)
      throw new DecodeError('invalid', 'node kind', offset + 8, `node ${number} is no leaf`)
    for (const record of recordsIn(node, offset))
      yield splitRecord(record, offset + record.byteOffset - node.byteOffset)
    number = node.readUInt32BE(0)
  }
}

function* recordsIn(node: Buffer, place: number): Generator<Buffer> {
  const count = node.readUInt16BE(10)
  const end = node.length - OFFSET * (count + 1)
  if (end < NODE_DESCRIPTOR) throw new DecodeError('oversized', 'numRecords', place + 10, String(count))
  const offsetOf = (index: number) => node.readUInt16BE(node.length - OFFSET * (index + 1))
  for (let index = 0; index < count; index++) {
    const [from, to] = [offsetOf(index), offsetOf(index + 1)]
    if (from < NODE_DESCRIPTOR || to <= from || to > end)
      throw new DecodeError('invalid', 'record offset', place + from, `record ${index} ends at ${to}`)
    yield node.subarray(from, to)
  }
}

function splitRecord(record: Buffer, at: number): LeafRecord {
  const reader = new Reader(record)
  const key = reader.bytes(reader.u16('keyLength'), 'key')
  const dataAt = at + reader.offset
  return { key: new Reader(key), data: new Reader(reader.rest()), dataAt }
}
