import { FIRST_USER_ID, ROOT_FOLDER, ROOT_PARENT } from './catalog.ts'
import {
  LayoutError,
  type FileEntry,
  type FolderEntry,
  type SymlinkEntry,
  type VolumeEntry,
} from './entries.ts'
import { nameObstacle, sortingKey, toStoredName } from './names.ts'

interface Numbered {
  /** Catalog node IDs, known once the tree is whole. */
  id: number
  parent: number
  /** As stored. */
  readonly name: string
}

/** A folder of the volume to be. */
export interface FolderPlace<Content> extends Numbered {
  readonly kind: 'folder'
  /** Absent when only something in it was given. */
  entry?: FolderEntry
  readonly byKey: Map<string, Place<Content>>
  /** In the order of the catalog, once the tree is whole. */
  children: readonly Place<Content>[]
}

/** A file or symbolic link. */
export interface FilePlace<Content> extends Numbered {
  readonly kind: 'file'
  readonly entry: FileEntry<Content> | SymlinkEntry
  /** Of the data fork, in bytes. */
  readonly size: number
  /** The first allocation block, once the volume is laid out; nothing for an empty file. */
  start: number
}

export type Place<Content> = FolderPlace<Content> | FilePlace<Content>

export interface Tree<Content> {
  readonly root: FolderPlace<Content>
  /** All but the root, by catalog node ID from 16 on. */
  readonly places: readonly Place<Content>[]
}

/**
 * Puts entries in their folders, in the order of the catalog, and numbers them: a folder's children have
 * consecutive IDs in the order of their names, whatever order they were given in.
 * @throws {LayoutError} for a name that HFS+ cannot keep, and for two entries of one name
 */
export function plantTree<Content>(
  name: string,
  entries: Iterable<VolumeEntry<Content>>,
  caseSensitive: boolean,
): Tree<Content> {
  const root: FolderPlace<Content> = folder(storedName(name, 'The volume name', name))
  for (const entry of entries) plant(root, entry, caseSensitive)
  return { root, places: number(root) }
}

function folder<Content>(name: string): FolderPlace<Content> {
  return { kind: 'folder', id: 0, parent: 0, name, byKey: new Map(), children: [] }
}

function storedName(name: string, subject: string, path: string): string {
  const obstacle = nameObstacle(name)
  if (obstacle === undefined) return toStoredName(name)
  throw new LayoutError(`${subject} ${JSON.stringify(path)} ${obstacle}.`, 'Rename it.')
}

function plant<Content>(
  root: FolderPlace<Content>,
  entry: VolumeEntry<Content>,
  caseSensitive: boolean,
): void {
  const names = entry.path === '' ? [] : entry.path.split('/')
  let place: Place<Content> = root
  for (const [depth, name] of names.entries()) {
    const stored = storedName(name, 'In the path', entry.path)
    if (place.kind !== 'folder') throw collision(entry.path, 'is in a file and not in a folder')
    const key = sortingKey(stored, caseSensitive)
    const known: Place<Content> | undefined = place.byKey.get(key)
    if (known !== undefined && known.name !== stored)
      throw collision(entry.path, `differs only by case from ${JSON.stringify(known.name)}`)
    const last = depth === names.length - 1
    if (last && entry.kind !== 'folder') {
      if (known !== undefined) throw collision(entry.path, 'is there twice')
      place.byKey.set(key, file(stored, entry))
      return
    }
    const next: Place<Content> = known ?? folder(stored)
    if (known === undefined) place.byKey.set(key, next)
    place = next
  }
  if (place.kind !== 'folder' || entry.kind !== 'folder') throw collision(entry.path, 'is there twice')
  place.entry = entry
}

function file<Content>(name: string, entry: FileEntry<Content> | SymlinkEntry): FilePlace<Content> {
  const size = entry.kind === 'file' ? entry.size : Buffer.byteLength(entry.target)
  return { kind: 'file', id: 0, parent: 0, name, entry, size, start: 0 }
}

function collision(path: string, why: string): LayoutError {
  return new LayoutError(
    `${JSON.stringify(path)} ${why}.`,
    'Leave one of the two out, or rename it. A case-sensitive volume tells upper from lower case.',
  )
}

function number<Content>(root: FolderPlace<Content>): Place<Content>[] {
  root.id = ROOT_FOLDER
  root.parent = ROOT_PARENT
  const places: Place<Content>[] = []
  const folders = [root]
  // Grows while it is gone through.
  for (const folder of folders) {
    const sorted = [...folder.byKey].sort(([a], [b]) => (a < b ? -1 : 1))
    folder.children = sorted.map(([, place]) => place)
    folder.byKey.clear()
    for (const place of folder.children) {
      place.id = FIRST_USER_ID + places.length
      place.parent = folder.id
      places.push(place)
      if (place.kind === 'folder') folders.push(place)
    }
  }
  return places
}
