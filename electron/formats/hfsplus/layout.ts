import { createHash } from 'node:crypto'
import { BINARY, CASE_FOLDING, type TreeFormat } from './btree.ts'
import { shapeTree, type RecordSize, type TreeShape } from './btree-writer.ts'
import { catalogSizes } from './catalog-writer.ts'
import { LayoutError } from './entries.ts'
import { OVERFLOW_RECORD, overflowRecords } from './extents-overflow.ts'
import type { Extent } from './fork.ts'
import type { FilePlace, Tree } from './tree.ts'
import { HEADER_LENGTH, HEADER_OFFSET } from './volume-header.ts'

export interface VolumeOptions {
  readonly name: string
  /** In bytes: a power of two from 512 on; 4096 when absent. */
  readonly blockSize?: number
  /** Of the catalog, in bytes: 4096, 8192 (when absent), 16384 or 32768. */
  readonly nodeSize?: number
  /** HFSX, on which `a` and `A` are two names. */
  readonly caseSensitive?: boolean
  /** The volume's least size, in bytes. What is not needed is free. */
  readonly size?: number
  /** When the volume was made and everything without a date of its own, in seconds since 1970; the latest entry's when absent. */
  readonly date?: number
  /** Finder's volume ID, which Chameleon passes on as boot-uuid unless it is zero; made from the contents when absent. */
  readonly identifier?: bigint
  /** Path of the folder that firmware boots from. */
  readonly blessedFolder?: string
  /** The 1024 bytes before the volume header: boot1h. */
  readonly bootBlocks?: Uint8Array
  /** Cuts files into extents of at most so many blocks with a free one between them, as on a volume long in use. */
  readonly extentBlocks?: number
}

/** Where everything is, in allocation blocks. */
export interface Layout<Content> {
  readonly tree: Tree<Content>
  readonly options: VolumeOptions
  readonly blockSize: number
  readonly totalBlocks: number
  /** What is in use from the volume's start on, gaps between extents included. */
  readonly frontBlocks: number
  /** At the volume's end, for the copy of its header. */
  readonly backBlocks: number
  readonly date: number
  readonly identifier: bigint
  readonly allocation: Extent
  readonly extents: TreeShape & { readonly extent: Extent }
  readonly attributes: TreeShape & { readonly extent: Extent }
  readonly catalog: TreeShape & { readonly extent: Extent }
  extentsOf(file: FilePlace<Content>): readonly Extent[]
}

const DEFAULT_BLOCK_SIZE = 4096
const DEFAULT_NODE_SIZE = 8192
const BLOCK_LIMIT = 0xffff_ffff

const EXTENTS_FORMAT: TreeFormat = { nodeSize: 4096, maxKeyLength: 10, variableKeys: false, compareType: 0 }
const ATTRIBUTES_FORMAT: TreeFormat = {
  nodeSize: 8192,
  maxKeyLength: 266,
  variableKeys: true,
  compareType: 0,
}
const catalogFormat = ({ nodeSize = DEFAULT_NODE_SIZE, caseSensitive }: VolumeOptions): TreeFormat => ({
  nodeSize,
  maxKeyLength: 516,
  variableKeys: true,
  compareType: caseSensitive ? BINARY : CASE_FOLDING,
})

/**
 * Lays a volume out: boot blocks and header, bitmap, the three trees, then every file in the order of its ID.
 * @throws {LayoutError} when tree or options do not fit on an HFS+ volume
 */
export function layOut<Content>(tree: Tree<Content>, options: VolumeOptions): Layout<Content> {
  const { blockSize = DEFAULT_BLOCK_SIZE, extentBlocks = BLOCK_LIMIT } = options
  const files = tree.places.filter((place) => place.kind !== 'folder')
  const blocksOf = (bytes: number) => Math.ceil(bytes / blockSize)
  const extentCount = (file: FilePlace<Content>) => Math.ceil(blocksOf(file.size) / extentBlocks)

  const catalog = shapeTree(catalogSizes(tree), catalogFormat(options), blockSize)
  const extents = shapeTree(overflowSizes(files, extentCount), EXTENTS_FORMAT, blockSize)
  const attributes = shapeTree([], ATTRIBUTES_FORMAT, blockSize)

  const headBlocks = blocksOf(HEADER_OFFSET + HEADER_LENGTH)
  const backBlocks = blocksOf(HEADER_OFFSET)
  const treeBlocks = [extents, attributes, catalog].reduce((total, { size }) => total + blocksOf(size), 0)
  // A fragmented file has a free block behind each of its extents.
  const gap = options.extentBlocks === undefined ? 0 : 1
  const dataBlocks = files.reduce((total, file) => total + blocksOf(file.size) + gap * extentCount(file), 0)
  const others = headBlocks + treeBlocks + dataBlocks + backBlocks
  let bitmapBlocks = 1
  const total = () => Math.max(others + bitmapBlocks, Math.floor((options.size ?? 0) / blockSize))
  while (8 * bitmapBlocks * blockSize < total()) bitmapBlocks = blocksOf(total() / 8)
  if (total() > BLOCK_LIMIT)
    throw new LayoutError(
      `The volume would have ${total()} blocks of ${blockSize} bytes.`,
      'Choose larger blocks.',
    )

  let next = headBlocks
  const take = (count: number): Extent => ({ start: (next += count) - count, count })
  const allocation = take(bitmapBlocks)
  const [extentsAt, attributesAt, catalogAt] = [extents, attributes, catalog].map(({ size }) =>
    take(blocksOf(size)),
  ) as [Extent, Extent, Extent]
  for (const file of files) file.start = take(blocksOf(file.size) + gap * extentCount(file)).start

  return {
    tree,
    options,
    blockSize,
    totalBlocks: total(),
    frontBlocks: next,
    backBlocks,
    date: options.date ?? latest(tree),
    identifier: options.identifier ?? identifierOf(tree),
    allocation,
    extents: { ...extents, extent: extentsAt },
    attributes: { ...attributes, extent: attributesAt },
    catalog: { ...catalog, extent: catalogAt },
    extentsOf: ({ start, size }) =>
      Array.from({ length: Math.ceil(blocksOf(size) / extentBlocks) }, (_, index) => ({
        start: start + index * (extentBlocks + gap),
        count: Math.min(extentBlocks, blocksOf(size) - index * extentBlocks),
      })),
  }
}

function* overflowSizes<Content>(
  files: readonly FilePlace<Content>[],
  extentCount: (file: FilePlace<Content>) => number,
): Generator<RecordSize> {
  for (const file of files)
    for (let left = overflowRecords(extentCount(file)); left > 0; left--) yield OVERFLOW_RECORD
}

function latest<Content>({ root, places }: Tree<Content>): number {
  return [root, ...places].reduce((date, { modified }) => Math.max(date, modified ?? 0), 0)
}

/** The same for volumes that are equal in names, sizes and dates, and for no others. Never zero. */
function identifierOf<Content>({ root, places }: Tree<Content>): bigint {
  const hash = createHash('sha256').update(root.name)
  for (const place of places) {
    const { parent, name, modified = '' } = place
    hash.update(`\0${parent}\0${name}\0${place.kind === 'folder' ? '' : place.size}\0${modified}`)
  }
  return hash.digest().readBigUInt64BE() | 1n
}
