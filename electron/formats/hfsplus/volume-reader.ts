import { DecodeError, Reader } from '../../protocols/bytes.ts'
import { partOf, type BlockSource } from '../block-source.ts'
import { decodeAttributeKey, decodeInlineAttribute } from './attributes.ts'
import { BINARY } from './btree.ts'
import { leafRecords, readTreeHeader } from './btree-reader.ts'
import {
  ATTRIBUTES_FILE,
  CATALOG_FILE,
  decodeCatalogKey,
  decodeCatalogRecord,
  FILE_RECORD,
  ROOT_FOLDER,
  ROOT_PARENT,
} from './catalog.ts'
import { decompressed, DECMPFS, unpackedSize } from './decmpfs.ts'
import { openForks, type Forks } from './forks.ts'
import { fromStoredName } from './names.ts'
import { decodeVolumeHeader, HEADER_LENGTH, HEADER_OFFSET, type VolumeHeader } from './volume-header.ts'
import { catalogItem, type CatalogItem, type VolumeItem } from './volume-items.ts'
import { connectItems, findItem, type Children } from './volume-tree.ts'
import { embeddedVolume } from './wrapper.ts'

const SYMLINK_LIMIT = 64 * 1024

/** An HFS+ or HFSX volume, whose catalog has been read. */
export class Volume {
  readonly name: string
  readonly header: VolumeHeader
  readonly caseSensitive: boolean
  /** Each folder before what is in it; the root is not among them. */
  readonly items: readonly VolumeItem[]
  readonly #children: Children
  readonly #forks: Forks
  readonly #compressions: Compressions

  constructor(header: VolumeHeader, forks: Forks, catalog: Catalog, compressions: Compressions) {
    this.header = header
    this.name = catalog.name
    this.caseSensitive = catalog.caseSensitive
    this.items = catalog.items
    this.#children = catalog.children
    this.#forks = forks
    this.#compressions = compressions
  }

  find(path: string): VolumeItem | undefined {
    return findItem(this.#children, path, this.caseSensitive)
  }

  /** What is in a folder, in the catalog's order; nothing when there is no such folder. An empty path is the root. */
  itemsIn(path: string): readonly VolumeItem[] {
    const folder = path === '' ? ROOT_FOLDER : this.find(path)?.fileId
    return folder === undefined ? [] : (this.#children.get(folder) ?? [])
  }

  /**
   * A file's bytes: its data fork, or what it unpacks to when Mac OS X compressed it.
   * @throws {DecodeError} when its extents are not all there, or it is compressed in a way that is not read
   */
  async open({ kind, fileId, recordAt, compressed }: VolumeItem): Promise<BlockSource> {
    if (kind === 'folder') throw new DecodeError('invalid', 'data fork', 0, 'a folder has none')
    const catalog = this.#forks.data(CATALOG_FILE, this.header.catalogFile)
    const record = decodeCatalogRecord(new Reader(await catalog.read(recordAt, FILE_RECORD)))
    if (record.kind !== 'file' || record.id !== fileId)
      throw new DecodeError('invalid', 'nodeID', recordAt, 'the image changed since it was opened')
    if (!compressed) return this.#forks.data(fileId, record.dataFork)

    const place = this.#compressions.get(fileId)
    if (place === undefined) throw new DecodeError('invalid', DECMPFS, 0, 'the file has no such attribute')
    const attributes = this.#forks.data(ATTRIBUTES_FILE, this.header.attributesFile)
    return decompressed(await attributes.read(place.at, place.length), () =>
      this.#forks.resource(fileId, record.resourceFork),
    )
  }

  async symlinkTarget(item: VolumeItem): Promise<string> {
    if (item.size > SYMLINK_LIMIT)
      throw new DecodeError('oversized', 'symbolic link', 0, `${item.size} bytes`)
    return (await (await this.open(item)).read(0, item.size)).toString()
  }
}

/**
 * Reads a volume's header and catalog, also inside of an HFS wrapper.
 * @throws {DecodeError} when it is no HFS+ volume, or is damaged or cut off before the catalog's end
 */
export async function openVolume(source: BlockSource): Promise<Volume> {
  const inner = await embeddedVolume(source)
  const header = decodeVolumeHeader(await inner.read(HEADER_OFFSET, HEADER_LENGTH))
  const forks = await openForks(partOf(inner, 0, header.blockSize * header.totalBlocks), header)
  const catalog = await readCatalog(forks.data(CATALOG_FILE, header.catalogFile))
  const compressed = catalog.items.filter((item) => item.compressed)
  const compressions = await readCompressions(compressed, () =>
    forks.data(ATTRIBUTES_FILE, header.attributesFile),
  )
  return new Volume(header, forks, catalog, compressions)
}

interface Catalog {
  readonly name: string
  readonly items: readonly CatalogItem[]
  readonly children: Children
  readonly caseSensitive: boolean
}

async function readCatalog(file: BlockSource): Promise<Catalog> {
  const header = await readTreeHeader(file)
  const children: Children = new Map()
  let name: string | undefined
  for await (const { key, data, dataAt } of leafRecords(file, header)) {
    const { parent, name: stored } = decodeCatalogKey(key)
    const record = decodeCatalogRecord(data)
    if (record.kind === 'thread') continue
    if (parent === ROOT_PARENT) name ??= fromStoredName(stored)
    const folder = children.get(parent)
    const item = catalogItem(stored, record, dataAt)
    if (folder === undefined) children.set(parent, [item])
    else folder.push(item)
  }
  if (name === undefined) throw new DecodeError('invalid', 'catalog', 0, 'there is no root folder')
  return { name, items: connectItems(children), children, caseSensitive: header.compareType === BINARY }
}

/** Where a compressed file's attribute is in the attributes file, and what it says of the file; all in bytes. */
interface Compression {
  readonly at: number
  readonly length: number
  readonly size: number
}

/** By catalog node ID. */
type Compressions = ReadonlyMap<number, Compression>

/** Looks into the attributes file only when a file needs it; tells items their sizes. */
async function readCompressions(
  items: readonly CatalogItem[],
  open: () => BlockSource,
): Promise<Compressions> {
  const found = new Map<number, Compression>()
  if (items.length === 0) return found
  const wanted = new Set(items.map(({ fileId }) => fileId))
  const file = open()
  for await (const { key, data, dataAt } of leafRecords(file, await readTreeHeader(file))) {
    const { file, name } = decodeAttributeKey(key)
    if (name !== DECMPFS || !wanted.has(file)) continue
    const attribute = decodeInlineAttribute(data)
    if (attribute === undefined) continue
    const { length } = attribute
    found.set(file, { at: dataAt + data.offset - length, length, size: unpackedSize(attribute) ?? 0 })
  }
  for (const item of items) item.size = found.get(item.fileId)?.size ?? 0
  return found
}
