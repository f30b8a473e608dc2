/** Volumes with files that are compressed as Mac OS X 10.6 and later do it, which Bootwire itself never writes. */
import { deflateSync } from 'node:zlib'
import { shapeTree, treeNodes, type TreeRecord } from '../../../electron/formats/hfsplus/btree-writer.ts'
import { ATTRIBUTES_FILE } from '../../../electron/formats/hfsplus/catalog.ts'
import type { VolumeOptions } from '../../../electron/formats/hfsplus/layout.ts'
import type { VolumeItem } from '../../../electron/formats/hfsplus/volume-items.ts'
import { build, fileEntry, open, type Entry } from './volumes.ts'

/** Where a compressed file's bytes are: each may be anything. */
export interface CompressedFile {
  readonly path: string
  readonly attribute: Buffer
  readonly resourceFork?: Buffer
}

export function attribute(type: number, size: number, inline: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(16)
  header.write('fpmc', 'latin1')
  header.writeUInt32LE(type, 4)
  header.writeBigUInt64LE(BigInt(size), 8)
  return Buffer.concat([header, inline])
}

const BLOCK = 0x10000
const stored = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0xff]), bytes])

/** The resource fork of type 4, its last 50 bytes the map of one resource of the type cmpf. */
export function zlibFork(content: Buffer, packed = (bytes: Buffer): Buffer => deflateSync(bytes)): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0; at < content.length; at += BLOCK) {
    const bytes = content.subarray(at, at + BLOCK)
    const small = packed(bytes)
    blocks.push(small.length > bytes.length ? stored(bytes) : small)
  }
  const table = Buffer.alloc(4 + 8 * blocks.length)
  table.writeUInt32LE(blocks.length)
  let offset = table.length
  for (const [index, { length }] of blocks.entries()) {
    table.writeUInt32LE(offset, 4 + 8 * index)
    table.writeUInt32LE(length, 8 + 8 * index)
    offset += length
  }
  const header = Buffer.alloc(0x104)
  for (const [index, value] of [0x100, 0x104 + offset, 4 + offset, 50].entries())
    header.writeUInt32BE(value, 4 * index)
  header.writeUInt32BE(offset, 0x100)
  const map = Buffer.alloc(50)
  map.writeUInt16BE(28, 24)
  map.writeUInt16BE(50, 26)
  map.write('cmpf', 30, 'latin1')
  for (const [at, value] of [10, 1, 0xffff].entries()) map.writeUInt16BE(value, 36 + 2 * at)
  return Buffer.concat([header, table, ...blocks, map])
}

/** A file compressed in each way that is read. */
export const ways = {
  'as it is in the attribute': (path: string, content: Buffer) => ({
    path,
    attribute: attribute(1, content.length, content),
  }),
  'by zlib in the attribute': (path: string, content: Buffer) => ({
    path,
    attribute: attribute(3, content.length, deflateSync(content)),
  }),
  'behind a mark in the attribute': (path: string, content: Buffer) => ({
    path,
    attribute: attribute(3, content.length, stored(content)),
  }),
  'by zlib in the resource fork': (path: string, content: Buffer) => ({
    path,
    attribute: attribute(4, content.length),
    resourceFork: zlibFork(content),
  }),
} satisfies Record<string, (path: string, content: Buffer) => CompressedFile>

const NAME = 'com.apple.decmpfs'
const HEADER_AT = 1024
/** Of a fork, in the volume header. */
const ATTRIBUTES_FORK = HEADER_AT + 352
/** Places in a catalog record. */
const FLAGS = 2
const OWNER_FLAGS = 41
const DATA_FORK = 88
const RESOURCE_FORK = 168
const FORK_LENGTH = 80

/**
 * Builds a volume whose writer knows files only: what becomes a resource fork or the attributes file is written as
 * a file in a folder `holders`, whose fork is then moved to where it belongs.
 */
export async function buildCompressed(
  files: readonly CompressedFile[],
  entries: readonly Entry[] = [],
  options: Partial<VolumeOptions> = {},
): Promise<Buffer> {
  const { blockSize = 4096 } = options
  const forks = files.filter(({ resourceFork }) => resourceFork !== undefined)
  const records = (ids: readonly number[]) =>
    files
      .map(({ attribute }, index) => attributeRecord(ids[index] ?? 0, attribute))
      .sort((a, b) => a.key.readUInt32BE(4) - b.key.readUInt32BE(4))
  const sizes = records([]).map(({ key, data }) => ({ key: key.length, data: data.length }))
  // The order of the records does not change how many nodes they take at most.
  const spare = {
    format: { nodeSize: 8192, maxKeyLength: 266, variableKeys: true, compareType: 0 },
    blockSize,
  }
  const room = shapeTree(sizes, spare.format, blockSize).size + 8 * 8192
  const image = build(
    [
      ...entries,
      ...files.map(({ path }) => fileEntry(path)),
      ...forks.map(({ resourceFork }, index) => fileEntry(`holders/${index}`, resourceFork)),
      fileEntry('holders/attributes', Buffer.alloc(room)),
    ],
    options,
  )
  const volume = await open(image)
  const catalog = volume.header.catalogFile.extents[0]!.start * blockSize
  const recordOf = (path: string) => catalog + (volume.find(path) as VolumeItem).recordAt
  const move = (holder: string, to: number, key: Buffer) => {
    const from = recordOf(holder) + DATA_FORK
    const before = Buffer.from(image.subarray(to, to + FORK_LENGTH))
    image.copy(image, to, from, from + FORK_LENGTH)
    before.copy(image, from)
    // Extents after the eighth go by their owner's ID.
    const old = overflowKey(0, volume.find(holder)!.fileId)
    for (let at = image.indexOf(old); at !== -1 && at < catalog; at = image.indexOf(old, at))
      key.copy(image, at)
  }
  for (const { path } of files) {
    const record = recordOf(path)
    image.writeUInt16BE(image.readUInt16BE(record + FLAGS) | 0x0004, record + FLAGS)
    image.writeUInt8(0x20, record + OWNER_FLAGS)
  }
  for (const [index, { path }] of forks.entries()) {
    const key = overflowKey(0xff, volume.find(path)!.fileId)
    move(`holders/${index}`, recordOf(path) + RESOURCE_FORK, key)
  }
  const holder = await volume.open(volume.find('holders/attributes')!)
  move('holders/attributes', ATTRIBUTES_FORK, overflowKey(0, ATTRIBUTES_FILE))
  image.writeUInt32BE(blockSize, ATTRIBUTES_FORK + 8)
  image.copy(image, image.length - HEADER_AT, HEADER_AT, HEADER_AT + 512)

  const made = records(files.map(({ path }) => volume.find(path)!.fileId))
  const shape = shapeTree(
    made.map(({ key, data }) => ({ key: key.length, data: data.length })),
    spare.format,
    blockSize,
  )
  const whole = { ...shape, totalNodes: room / 8192, size: room }
  let done = 0
  for (const node of treeNodes(whole, made)) {
    // What is read of an image in memory is a view of it, block by block.
    for (let from = 0; from < node.length; from += blockSize)
      node.copy(await holder.read(done + from, Math.min(blockSize, node.length - from)), 0, from)
    done += node.length
  }
  return image
}

function overflowKey(fork: number, file: number): Buffer {
  const key = Buffer.from([0, 10, fork, 0, 0, 0, 0, 0])
  key.writeUInt32BE(file, 4)
  return key
}

function attributeRecord(file: number, bytes: Buffer): TreeRecord {
  const key = Buffer.alloc(14 + 2 * NAME.length)
  key.writeUInt16BE(key.length - 2, 0)
  key.writeUInt32BE(file, 4)
  key.writeUInt16BE(NAME.length, 12)
  Buffer.from(NAME, 'utf16le').swap16().copy(key, 14)
  const data = Buffer.alloc(16 + bytes.length + (bytes.length % 2))
  data.writeUInt32BE(0x10, 0)
  data.writeUInt32BE(bytes.length, 12)
  bytes.copy(data, 16)
  return { key, data }
}
