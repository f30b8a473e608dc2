import { DecodeError } from '../../protocols/bytes.ts'
import { partOf, type BlockSource } from '../block-source.ts'
import { BINARY, type TreeHeader } from './btree.ts'
import { leafRecords, readTreeHeader } from './btree-reader.ts'
import {
  CATALOG_FILE,
  decodeCatalogKey,
  decodeCatalogRecord,
  ROOT_PARENT,
  type FileRecord,
  type FolderRecord,
} from './catalog.ts'
import { decodeExtentKey } from './extents-overflow.ts'
import { readExtents, type Extent } from './fork.ts'
import { forkSource } from './fork-source.ts'
import { fromStoredName } from './names.ts'
import { decodeVolumeHeader, HEADER_LENGTH, HEADER_OFFSET, type VolumeHeader } from './volume-header.ts'
import { itemsOf, pathKey, type Children, type VolumeItem } from './volume-items.ts'
import { embeddedVolume } from './wrapper.ts'

const SYMLINK_LIMIT = 64 * 1024

/** An HFS+ or HFSX volume, whose catalog has been read. */
export class Volume {
  readonly name: string
  readonly header: VolumeHeader
  readonly caseSensitive: boolean
  /** Each folder before what is in it; the root is not among them. */
  readonly items: readonly VolumeItem[]
  readonly #source: BlockSource
  readonly #overflow: Overflow
  #byPath: ReadonlyMap<string, VolumeItem> | undefined

  constructor(
    source: BlockSource,
    header: VolumeHeader,
    catalog: { readonly name: string; readonly children: Children; readonly caseSensitive: boolean },
    overflow: Overflow,
  ) {
    this.#source = source
    this.#overflow = overflow
    this.header = header
    this.name = catalog.name
    this.caseSensitive = catalog.caseSensitive
    this.items = [...itemsOf(catalog.children)]
  }

  find(path: string): VolumeItem | undefined {
    this.#byPath ??= new Map(this.items.map((item) => [pathKey(item.path, this.caseSensitive), item]))
    return this.#byPath.get(pathKey(path, this.caseSensitive))
  }

  /** A file's data fork. @throws {DecodeError} when its extents are not all there */
  open({ fileId, dataFork }: VolumeItem): BlockSource {
    if (dataFork === undefined) throw new DecodeError('invalid', 'data fork', 0, 'a folder has none')
    const { blockSize, totalBlocks } = this.header
    return forkSource(this.#source, blockSize, totalBlocks, dataFork, this.#overflow.get(fileId))
  }

  async symlinkTarget(item: VolumeItem): Promise<string> {
    if (item.size > SYMLINK_LIMIT)
      throw new DecodeError('oversized', 'symbolic link', 0, `${item.size} bytes`)
    return (await this.open(item).read(0, item.size)).toString()
  }
}

/** Data forks' extents after the first eight, by catalog node ID. */
type Overflow = ReadonlyMap<number, readonly Extent[]>

/**
 * Reads a volume's header and catalog, also inside of an HFS wrapper.
 * @throws {DecodeError} when it is no HFS+ volume, or is damaged or cut off before the catalog's end
 */
export async function openVolume(source: BlockSource): Promise<Volume> {
  const inner = await embeddedVolume(source)
  const header = decodeVolumeHeader(await inner.read(HEADER_OFFSET, HEADER_LENGTH))
  const { blockSize, totalBlocks } = header
  const volume = partOf(inner, 0, blockSize * totalBlocks)
  const overflow = await readOverflow(forkSource(volume, blockSize, totalBlocks, header.extentsFile))
  const more = overflow.get(CATALOG_FILE)
  const catalog = await readCatalog(forkSource(volume, blockSize, totalBlocks, header.catalogFile, more))
  return new Volume(volume, header, catalog, overflow)
}

async function readOverflow(file: BlockSource): Promise<Overflow> {
  const overflow = new Map<number, Extent[]>()
  for await (const { key, data } of leafRecords(file, await readTreeHeader(file))) {
    const { resourceFork, file } = decodeExtentKey(key)
    if (resourceFork) continue
    // The records of a fork follow each other in the order of its blocks.
    const extents = overflow.get(file) ?? []
    extents.push(...readExtents(data))
    overflow.set(file, extents)
  }
  return overflow
}

async function readCatalog(file: BlockSource) {
  const header: TreeHeader = await readTreeHeader(file)
  const children = new Map<number, Map<string, FolderRecord | FileRecord>>()
  let name: string | undefined
  for await (const { key, data } of leafRecords(file, header)) {
    const { parent, name: stored } = decodeCatalogKey(key)
    const record = decodeCatalogRecord(data)
    if (record.kind === 'thread') continue
    if (parent === ROOT_PARENT) name ??= fromStoredName(stored)
    const folder = children.get(parent) ?? new Map<string, FolderRecord | FileRecord>()
    if (folder.has(stored))
      throw new DecodeError('invalid', 'nodeName', 0, `${JSON.stringify(stored)} is there twice`)
    folder.set(stored, record)
    children.set(parent, folder)
  }
  if (name === undefined) throw new DecodeError('invalid', 'catalog', 0, 'there is no root folder')
  return { name, children, caseSensitive: header.compareType === BINARY }
}
