import type { ImagePlan, Piece } from '../image-plan.ts'
import { treeNodes, type TreeRecord, type TreeShape } from './btree-writer.ts'
import { FIRST_USER_ID } from './catalog.ts'
import { catalogRecords } from './catalog-writer.ts'
import { toHfsDate } from './dates.ts'
import { FolderContents, LayoutError, type VolumeEntry } from './entries.ts'
import { overflowOf } from './extents-overflow.ts'
import { EMPTY_FORK, type Extent, type ForkData } from './fork.ts'
import { layOut, type Layout, type VolumeOptions } from './layout.ts'
import { fromStoredName, sortingKey, toStoredName } from './names.ts'
import { TreePlanter, type DataPlace, type FilePlace, type Place, type Tree } from './tree.ts'
import { encodeVolumeHeader, HEADER_OFFSET } from './volume-header.ts'

/** Its size is a whole number of allocation blocks. */
export interface VolumePlan<Content> extends ImagePlan<Content> {
  readonly files: number
  /** Without the root. */
  readonly folders: number
  /** Of all files, in bytes. */
  readonly contentSize: number
}

/**
 * Plans an HFS+ volume (Apple Technical Note 1150) that holds these entries. The same entries and options give
 * the same bytes, in whatever order the entries come.
 * @throws {LayoutError} when entries or options do not fit on an HFS+ volume
 */
export function planVolume<Content>(
  entries: Iterable<VolumeEntry<Content>>,
  options: VolumeOptions,
): VolumePlan<Content> {
  const planter = new TreePlanter<Content>(options.name, options.caseSensitive ?? false)
  for (const entry of entries) planter.add(entry)
  return planTree(planter.finish(), options)
}

/**
 * As `planVolume`, for entries that were put in their tree one by one.
 * @throws {LayoutError} when options do not fit on an HFS+ volume
 */
export function planTree<Content>(tree: Tree<Content>, options: VolumeOptions): VolumePlan<Content> {
  const layout = layOut(tree, options)
  const files = filesOf(layout)
  const { length: count } = layout.tree.places
  const header = volumeHeader(layout, files.length)
  return {
    size: layout.totalBlocks * layout.blockSize,
    files: files.length,
    folders: count - files.length,
    contentSize: files.reduce((total, { size }) => total + size, 0),
    pieces: () => pieces(layout, files, header),
  }
}

function filesOf<Content>({ tree }: Layout<Content>): FilePlace<Content>[] {
  return tree.places.filter((place) => place.kind !== 'folder')
}

function* pieces<Content>(
  layout: Layout<Content>,
  files: readonly FilePlace<Content>[],
  header: Buffer,
): Generator<Piece<Content>> {
  const { blockSize, totalBlocks, options, tree } = layout
  if (options.bootBlocks !== undefined) yield { at: 0, bytes: options.bootBlocks }
  yield { at: HEADER_OFFSET, bytes: header }
  yield { at: layout.allocation.start * blockSize, bytes: bitmap(layout, files) }
  yield* treePieces(layout.extents, blockSize, overflowRecords(layout, files))
  yield* treePieces(layout.attributes, blockSize, [])
  yield* treePieces(
    layout.catalog,
    blockSize,
    catalogRecords(tree, { ...layout, extended: isExtended(layout) }),
  )
  for (const file of files) yield* filePieces(layout, file)
  yield { at: totalBlocks * blockSize - HEADER_OFFSET, bytes: header }
}

function* treePieces<Content>(
  tree: TreeShape & { readonly extent: Extent },
  blockSize: number,
  records: Iterable<TreeRecord>,
): Generator<Piece<Content>> {
  let at = tree.extent.start * blockSize
  for (const bytes of treeNodes(tree, records)) {
    yield { at, bytes }
    at += bytes.length
  }
}

function* overflowRecords<Content>(
  layout: Layout<Content>,
  files: readonly FilePlace<Content>[],
): Generator<TreeRecord> {
  for (const file of files) yield* overflowOf(file.id, layout.extentsOf(file))
}

function* filePieces<Content>(layout: Layout<Content>, file: FilePlace<Content>): Generator<Piece<Content>> {
  const { blockSize } = layout
  let from = 0
  for (const { start, count } of layout.extentsOf(file)) {
    const at = start * blockSize
    const length = Math.min(count * blockSize, file.size - from)
    if (file.kind === 'symlink') yield { at, bytes: Buffer.from(file.content).subarray(from, from + length) }
    else yield { at, content: contentOf(file), from, length }
    from += length
  }
}

function contentOf<Content>({ content, name, size }: DataPlace<Content>): Content {
  return content instanceof FolderContents ? content.of(fromStoredName(name), size) : content
}

/** One bit a block, the most significant of a byte first. */
function bitmap<Content>(layout: Layout<Content>, files: readonly FilePlace<Content>[]): Buffer {
  const { allocation, blockSize, totalBlocks, frontBlocks, backBlocks, options } = layout
  const bits = Buffer.alloc(allocation.count * blockSize)
  const mark = (start: number, count: number) => {
    for (let block = start; block < start + count;) {
      if (block % 8 === 0 && start + count - block >= 8) {
        const bytes = Math.floor((start + count - block) / 8)
        bits.fill(0xff, block / 8, block / 8 + bytes)
        block += 8 * bytes
      } else {
        bits[block >> 3]! |= 0x80 >> (block % 8)
        block++
      }
    }
  }
  if (options.extentBlocks === undefined) mark(0, frontBlocks)
  else {
    mark(0, layout.catalog.extent.start + layout.catalog.extent.count)
    for (const file of files) for (const { start, count } of layout.extentsOf(file)) mark(start, count)
  }
  mark(totalBlocks - backBlocks, backBlocks)
  return bits
}

function volumeHeader<Content>(layout: Layout<Content>, fileCount: number): Buffer {
  const { blockSize, totalBlocks, frontBlocks, backBlocks, tree, options } = layout
  const fork = ({ start, count }: Extent): ForkData => ({
    logicalSize: count * blockSize,
    // As in the trees' own headers, and at most a quarter of the volume, or fsck finds fault with it.
    clumpSize: blockSize,
    totalBlocks: count,
    extents: [{ start, count }],
  })
  const date = toHfsDate(layout.date)
  const gaps =
    options.extentBlocks === undefined
      ? 0
      : filesOf(layout).reduce((total, file) => total + layout.extentsOf(file).length, 0)
  const freeBlocks = totalBlocks - frontBlocks - backBlocks + gaps
  return encodeVolumeHeader({
    extended: isExtended(layout),
    createDate: date,
    modifyDate: date,
    checkedDate: date,
    fileCount,
    folderCount: tree.places.length - fileCount,
    blockSize,
    totalBlocks,
    freeBlocks,
    nextAllocation: totalBlocks - backBlocks > frontBlocks ? frontBlocks : 0,
    nextCatalogID: FIRST_USER_ID + tree.places.length,
    blessedFolder: blessedFolder(layout),
    identifier: layout.identifier,
    allocationFile: fork(layout.allocation),
    extentsFile: fork(layout.extents.extent),
    catalogFile: fork(layout.catalog.extent),
    attributesFile: fork(layout.attributes.extent),
    startupFile: EMPTY_FORK,
  })
}

function isExtended<Content>({ options }: Layout<Content>): boolean {
  return options.caseSensitive ?? false
}

function blessedFolder<Content>({ tree, options }: Layout<Content>): number {
  const { blessedFolder: path, caseSensitive = false } = options
  if (path === undefined) return 0
  let place: Place<Content> | undefined = tree.root
  for (const name of path === '' ? [] : path.split('/')) {
    const key = sortingKey(toStoredName(name), caseSensitive)
    if (place?.kind === 'folder')
      place = place.children.find(({ name }) => sortingKey(name, caseSensitive) === key)
  }
  if (place?.kind === 'folder') return place.id
  throw new LayoutError(
    `${JSON.stringify(path)} is no folder of the volume.`,
    'Bless a folder that is on it.',
  )
}
