import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../electron/formats/block-source.ts'
import { leafRecords, readTreeHeader } from '../../../electron/formats/hfsplus/btree-reader.ts'
import { shapeTree, treeNodes, type TreeRecord } from '../../../electron/formats/hfsplus/btree-writer.ts'

const format = { nodeSize: 512, maxKeyLength: 10, variableKeys: false, compareType: 0 }
const MAP_NODE = 2

function records(count: number): TreeRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const key = Buffer.alloc(12)
    key.writeUInt16BE(10)
    key.writeUInt32BE(index, 2)
    return { key, data: Buffer.alloc(64, index) }
  })
}

function write(all: readonly TreeRecord[]) {
  const sizes = all.map(({ key, data }) => ({ key: key.length, data: data.length }))
  const shape = shapeTree(sizes, format, 4096)
  const file = Buffer.alloc(shape.size)
  let at = 0
  for (const node of treeNodes(shape, all)) at += node.copy(file, at)
  return { shape, file, written: at / format.nodeSize }
}

/** Which nodes the map says are used: the header's third record, continued in the nodes that it links to. */
function usedNodes(file: Buffer): number[] {
  const bits: number[] = []
  for (let number = 0, record = 2; ; record = 0) {
    const node = file.subarray(number * 512, number * 512 + 512)
    const [from, to] = [512 - 2 * (record + 1), 512 - 2 * (record + 2)].map((at) => node.readUInt16BE(at))
    for (const byte of node.subarray(from, to))
      for (let bit = 7; bit >= 0; bit--) bits.push((byte >> bit) & 1)
    number = node.readUInt32BE(0)
    if (number === 0) break
    expect(file.readInt8(number * 512 + 8)).toBe(MAP_NODE)
  }
  return bits.flatMap((bit, number) => (bit === 1 ? [number] : []))
}

/** The records below a node, found from the index alone. */
function descend(file: Buffer, number: number): number[] {
  const node = file.subarray(number * 512, number * 512 + 512)
  const offsets = Array.from({ length: node.readUInt16BE(10) }, (_, index) =>
    node.readUInt16BE(510 - 2 * index),
  )
  if (node.readInt8(8) === -1) return offsets.map((at) => node.readUInt32BE(at + 2))
  return offsets.flatMap((at) => {
    const below = descend(file, node.readUInt32BE(at + 12))
    expect(below[0]).toBe(node.readUInt32BE(at + 2))
    return below
  })
}

describe('a B-tree', { timeout: 60_000 }, () => {
  it.each([0, 1, 6, 7, 1000, 40_000])(
    'of %d records is found whole by its leaves and by its index',
    async (count) => {
      const { file, shape } = write(records(count))
      const source = bytesSource(file)
      const header = await readTreeHeader(source)
      expect(header).toMatchObject({
        leafRecords: count,
        depth: shape.levels.length,
        totalNodes: file.length / 512,
      })
      const keys: number[] = []
      for await (const { key } of leafRecords(source, header)) keys.push(key.u32('key'))
      const wanted = Array.from({ length: count }, (_, index) => index)
      expect(keys).toEqual(wanted)
      expect(header.rootNode === 0 ? [] : descend(file, header.rootNode)).toEqual(wanted)
    },
  )

  it.each([0, 1000, 40_000])('of %d records says which of its nodes are used', (count) => {
    const { file, written } = write(records(count))
    expect(usedNodes(file)).toEqual(Array.from({ length: written }, (_, number) => number))
    expect(file.length % 4096).toBe(0)
  })
})
