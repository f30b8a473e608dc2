import type { FileRecord, FolderRecord } from './catalog.ts'
import { fromHfsDate } from './dates.ts'
import { fromStoredName } from './names.ts'

/** What a catalog record tells of a thing, wherever that is. */
interface ItemFacts {
  readonly kind: 'folder' | 'file' | 'symlink' | 'special'
  /** In bytes: of the data fork, or of what a compressed file unpacks to. */
  readonly size: number
  readonly resourceSize: number
  /** Permission bits; what Mac OS X shows for a file that never had any when they were not set. */
  readonly mode: number
  readonly owner: number
  readonly group: number
  /** In seconds since 1970. */
  readonly modified: number
  /** Its bytes are compressed, in an attribute or the resource fork, as Mac OS X 10.6 installs its own files. */
  readonly compressed: boolean
  /** Whose forks these are: the indirect node's for a hard link. */
  readonly fileId: number
  /** Where that record is in the catalog file, in bytes. */
  readonly recordAt: number
}

/** One thing on a volume. */
export interface VolumeItem extends ItemFacts {
  /** From the root, with `/` between names, as POSIX systems show them. */
  readonly path: string
}

const KIND_BITS = 0o170000
const COMPRESSED = 0x20

/**
 * A volume has hundreds of thousands of these: its forks stay in the catalog until they are asked for, and its path
 * is put together then.
 */
export class CatalogItem implements VolumeItem {
  /** As stored. */
  readonly name: string
  readonly kind: VolumeItem['kind']
  readonly resourceSize: number
  readonly mode: number
  readonly owner: number
  readonly group: number
  readonly modified: number
  readonly compressed: boolean
  readonly fileId: number
  readonly recordAt: number
  /** The number in the indirect node's name when this is a hard link (TN1150, "Hard Links"). */
  readonly link: number | undefined
  size: number
  /** Nothing in the root, or while the catalog is still being read. */
  folder: CatalogItem | undefined

  constructor(name: string, facts: ItemFacts, link?: number) {
    this.name = name
    this.kind = facts.kind
    this.size = facts.size
    this.resourceSize = facts.resourceSize
    this.mode = facts.mode
    this.owner = facts.owner
    this.group = facts.group
    this.modified = facts.modified
    this.compressed = facts.compressed
    this.fileId = facts.fileId
    this.recordAt = facts.recordAt
    this.link = link
    this.folder = undefined
  }

  get path(): string {
    const name = fromStoredName(this.name)
    return this.folder === undefined ? name : `${this.folder.path}/${name}`
  }
}

/** @param recordAt where the record is in the catalog file, in bytes */
export function catalogItem(name: string, record: FolderRecord | FileRecord, recordAt: number): CatalogItem {
  const { owner, group, mode } = record.bsd
  const common = { owner, group, modified: fromHfsDate(record.modifyDate), fileId: record.id, recordAt }
  if (record.kind === 'folder')
    return new CatalogItem(name, {
      kind: 'folder',
      size: 0,
      resourceSize: 0,
      mode: mode === 0 ? 0o755 : mode & 0o7777,
      compressed: false,
      ...common,
    })
  const { type, creator, dataFork, resourceFork, bsd } = record
  const facts: ItemFacts = {
    kind: kindOf(mode & KIND_BITS, type),
    size: dataFork.logicalSize,
    resourceSize: resourceFork.logicalSize,
    mode: mode === 0 ? 0o644 : mode & 0o7777,
    // One with a data fork is read as that says, as Mac OS X does.
    compressed: (bsd.flags & COMPRESSED) !== 0 && dataFork.logicalSize === 0,
    ...common,
  }
  return new CatalogItem(name, facts, type === 'hlnk' && creator === 'hfs+' ? bsd.special : undefined)
}

function kindOf(bits: number, type: string): VolumeItem['kind'] {
  if (bits === 0o120000 || type === 'slnk') return 'symlink'
  return bits === 0 || bits === 0o100000 ? 'file' : 'special'
}
