import {
  CHILD,
  encodeTreeHeader,
  finishNode,
  HEADER,
  HEADER_RECORD,
  INDEX,
  LEAF,
  MAP,
  NODE_DESCRIPTOR,
  OFFSET,
  USER_RECORD,
  type TreeFormat,
} from './btree.ts'

/** A leaf record to be, in bytes. Both are even. */
export interface RecordSize {
  readonly key: number
  readonly data: number
}

export interface TreeRecord {
  /** With its length before it. */
  readonly key: Buffer
  readonly data: Buffer
}

/** How a tree will lie, known from its records' lengths alone. */
export interface TreeShape {
  readonly format: TreeFormat
  readonly leafRecords: number
  /** For each level, leaves first, how many records each node has. Empty for an empty tree. */
  readonly levels: readonly (readonly number[])[]
  /** Nodes that continue the header's map of nodes that are used. */
  readonly mapNodes: number
  readonly usedNodes: number
  /** With free ones up to a whole allocation block. */
  readonly totalNodes: number
  /** Of the file, in bytes. */
  readonly size: number
  /** Of the volume, in bytes. */
  readonly blockSize: number
}

/** The header's map begins behind the two other records; all three and the free space have an offset. */
const headerMapBytes = (nodeSize: number) =>
  nodeSize - NODE_DESCRIPTOR - HEADER_RECORD - USER_RECORD - 4 * OFFSET
/** Two bytes fewer than there is room for, so that the map ends on a four-byte boundary. */
const mapNodeBytes = (nodeSize: number) => nodeSize - NODE_DESCRIPTOR - 3 * OFFSET

/** Packs records of these lengths, in this order, as full as nodes can be. `blockSize` is in bytes. */
export function shapeTree(sizes: Iterable<RecordSize>, format: TreeFormat, blockSize: number): TreeShape {
  const { nodeSize } = format
  const room = nodeSize - NODE_DESCRIPTOR - OFFSET
  const levels: number[][] = []
  let leafRecords = 0
  let level: Iterable<RecordSize> = sizes
  for (;;) {
    const counts: number[] = []
    const firstKeys: number[] = []
    let left = 0
    for (const { key, data } of level) {
      const length = key + data + OFFSET
      if (counts.length === 0 || length > left) {
        counts.push(0)
        firstKeys.push(key)
        left = room
      }
      left -= length
      counts[counts.length - 1]!++
      if (levels.length === 0) leafRecords++
    }
    if (counts.length === 0) break
    levels.push(counts)
    if (counts.length === 1) break
    level = firstKeys.map((key) => ({ key, data: CHILD }))
  }
  const treeNodes = levels.reduce((total, { length }) => total + length, 0)
  const perBlock = Math.max(1, blockSize / nodeSize)
  const wholeBlocks = (nodes: number) => Math.ceil(nodes / perBlock) * perBlock
  // The map covers all nodes, also those that hold the map and those that fill the last block.
  let mapNodes = 0
  let totalNodes = wholeBlocks(1 + treeNodes)
  while (8 * (headerMapBytes(nodeSize) + mapNodes * mapNodeBytes(nodeSize)) < totalNodes) {
    mapNodes++
    totalNodes = wholeBlocks(1 + mapNodes + treeNodes)
  }
  const usedNodes = 1 + mapNodes + treeNodes
  return {
    format,
    leafRecords,
    levels,
    mapNodes,
    usedNodes,
    totalNodes,
    size: totalNodes * nodeSize,
    blockSize,
  }
}

/**
 * The tree's nodes in the order of their numbers: header, map, leaves, then each level of the index up to the
 * root. The free ones at the end are not among them. `records` are those that the shape was made from. A node is
 * there until the next one is asked for.
 */
export function* treeNodes(shape: TreeShape, records: Iterable<TreeRecord>): Generator<Buffer> {
  const { format, levels } = shape
  yield headerNode(shape)
  yield* mapNodes(shape)

  const node = Buffer.alloc(format.nodeSize)
  let first = 1 + shape.mapNodes
  let level: Iterator<TreeRecord> = records[Symbol.iterator]()
  for (const [height, counts] of levels.entries()) {
    const parents: TreeRecord[] = []
    for (const [index, count] of counts.entries()) {
      const number = first + index
      node.fill(0)
      const lengths: number[] = []
      let offset = NODE_DESCRIPTOR
      for (let record = 0; record < count; record++) {
        const { key, data } = (level.next() as IteratorYieldResult<TreeRecord>).value
        if (record === 0) parents.push({ key: apart(key), data: childNumber(number) })
        node.set(key, offset)
        node.set(data, offset + key.length)
        lengths.push(key.length + data.length)
        offset += key.length + data.length
      }
      const links = {
        next: index + 1 < counts.length ? number + 1 : 0,
        previous: index > 0 ? number - 1 : 0,
      }
      finishNode(node, height === 0 ? LEAF : INDEX, height + 1, links, lengths)
      yield node
    }
    first += counts.length
    level = parents.values()
  }
}

function headerNode(shape: TreeShape): Buffer {
  const { format, levels, leafRecords, usedNodes, totalNodes } = shape
  const { nodeSize } = format
  const firstLeaf = levels.length === 0 ? 0 : 1 + shape.mapNodes
  const header = encodeTreeHeader(
    {
      depth: levels.length,
      rootNode: levels.length === 0 ? 0 : usedNodes - 1,
      leafRecords,
      firstLeaf,
      lastLeaf: levels.length === 0 ? 0 : firstLeaf + levels[0]!.length - 1,
      nodeSize,
      totalNodes,
      freeNodes: totalNodes - usedNodes,
      compareType: format.compareType,
    },
    format,
    shape.blockSize,
  )
  const node = Buffer.alloc(nodeSize)
  node.set(header, NODE_DESCRIPTOR)
  const map = headerMapBytes(nodeSize)
  markUsed(node.subarray(NODE_DESCRIPTOR + HEADER_RECORD + USER_RECORD).subarray(0, map), usedNodes)
  const links = { next: shape.mapNodes > 0 ? 1 : 0, previous: 0 }
  finishNode(node, HEADER, 0, links, [HEADER_RECORD, USER_RECORD, map])
  return node
}

function* mapNodes({ format: { nodeSize }, mapNodes: count, usedNodes }: TreeShape): Generator<Buffer> {
  const bytes = mapNodeBytes(nodeSize)
  for (let index = 0; index < count; index++) {
    const node = Buffer.alloc(nodeSize)
    const before = 8 * (headerMapBytes(nodeSize) + index * bytes)
    markUsed(node.subarray(NODE_DESCRIPTOR, NODE_DESCRIPTOR + bytes), usedNodes - before)
    const number = 1 + index
    finishNode(node, MAP, 0, { next: index + 1 < count ? number + 1 : 0, previous: index }, [bytes])
    yield node
  }
}

/** Sets the first `count` bits, or all there are: the most significant of a byte comes first. */
function markUsed(map: Buffer, count: number): void {
  const bits = Math.max(0, Math.min(count, map.length * 8))
  map.fill(0xff, 0, bits >> 3)
  if (bits % 8 > 0) map[bits >> 3] = (0xff00 >> (bits % 8)) & 0xff
}

/** A small buffer is a part of a large one, which it would keep in memory. */
function apart(key: Buffer): Buffer {
  const copy = Buffer.alloc(key.length)
  copy.set(key)
  return copy
}

function childNumber(number: number): Buffer {
  const child = Buffer.alloc(CHILD)
  child.writeUInt32BE(number)
  return child
}
