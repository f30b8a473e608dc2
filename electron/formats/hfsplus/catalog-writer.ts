import type { RecordSize, TreeRecord } from './btree-writer.ts'
import {
  catalogKey,
  encodeCatalogKey,
  encodeFile,
  encodeFolder,
  encodeThread,
  FILE_RECORD,
  FOLDER_RECORD,
  threadRecord,
  type BsdInfo,
} from './catalog.ts'
import { toHfsDate } from './dates.ts'
import { EMPTY_FORK, EXTENTS_IN_RECORD, type Extent } from './fork.ts'
import type { FilePlace, FolderPlace, Place, Tree } from './tree.ts'

const FOLDER_KIND = 0o040000
const FILE_KIND = 0o100000
const SYMLINK_KIND = 0o120000
const PERMISSIONS = 0o7777

/** What catalog records take from the volume. */
export interface CatalogContext<Content> {
  readonly extended: boolean
  /** In bytes. */
  readonly blockSize: number
  /** For entries that have none, in seconds since 1970. */
  readonly date: number
  extentsOf(file: FilePlace<Content>): readonly Extent[]
}

/**
 * The lengths of a catalog's records in their order. Keys begin with a parent's ID, so the catalog goes through
 * all IDs: for each its thread, whose name is empty, and behind that what is in it.
 */
export function* catalogSizes<Content>({ root, places }: Tree<Content>): Generator<RecordSize> {
  yield { key: catalogKey(root.name), data: FOLDER_RECORD }
  for (const place of inOrder(root, places)) {
    yield { key: catalogKey(''), data: threadRecord(place.name) }
    if (place.kind === 'folder')
      for (const { name, kind } of place.children)
        yield { key: catalogKey(name), data: kind === 'folder' ? FOLDER_RECORD : FILE_RECORD }
  }
}

/** The records themselves, made one after another. */
export function* catalogRecords<Content>(
  { root, places }: Tree<Content>,
  context: CatalogContext<Content>,
): Generator<TreeRecord> {
  yield recordOf(root, context)
  for (const { id, parent, name, ...place } of inOrder(root, places)) {
    const ofFolder = place.kind === 'folder'
    yield { key: encodeCatalogKey({ parent: id, name: '' }), data: encodeThread({ ofFolder, parent, name }) }
    if (place.kind === 'folder') for (const child of place.children) yield recordOf(child, context)
  }
}

function* inOrder<Content>(
  root: FolderPlace<Content>,
  places: readonly Place<Content>[],
): Generator<Place<Content>> {
  yield root
  yield* places
}

function recordOf<Content>(place: Place<Content>, context: CatalogContext<Content>): TreeRecord {
  const key = encodeCatalogKey(place)
  return { key, data: place.kind === 'folder' ? folderRecord(place, context) : fileRecord(place, context) }
}

function folderRecord<Content>(place: FolderPlace<Content>, context: CatalogContext<Content>): Buffer {
  const { id, children } = place
  const folders = () => children.filter(({ kind }) => kind === 'folder').length
  return encodeFolder({
    kind: 'folder',
    id,
    valence: children.length,
    ...(context.extended ? { folderCount: folders() } : {}),
    ...datesOf(place, context.date),
    bsd: bsdOf(place, FOLDER_KIND),
  })
}

function fileRecord<Content>(place: FilePlace<Content>, context: CatalogContext<Content>): Buffer {
  const { id, size } = place
  const extents = context.extentsOf(place)
  const symlink = place.kind === 'symlink'
  return encodeFile({
    kind: 'file',
    id,
    ...datesOf(place, context.date),
    bsd: bsdOf(place, symlink ? SYMLINK_KIND : FILE_KIND),
    type: symlink ? 'slnk' : '',
    creator: symlink ? 'rhap' : '',
    dataFork: {
      logicalSize: size,
      clumpSize: 0,
      totalBlocks: Math.ceil(size / context.blockSize),
      extents: extents.slice(0, EXTENTS_IN_RECORD),
    },
    resourceFork: EMPTY_FORK,
  })
}

function datesOf({ modified }: Place<unknown>, date: number): { createDate: number; modifyDate: number } {
  const modifyDate = toHfsDate(modified ?? date)
  return { createDate: modifyDate, modifyDate }
}

function bsdOf({ owner, group, mode }: Place<unknown>, kind: number): BsdInfo {
  return { owner, group, mode: kind | (mode & PERMISSIONS), special: 1, flags: 0 }
}
