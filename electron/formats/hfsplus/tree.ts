import { FIRST_USER_ID, ROOT_FOLDER, ROOT_PARENT } from './catalog.ts'
import { LayoutError, type FolderContents, type VolumeEntry } from './entries.ts'
import { fromStoredName, isAscii, nameObstacle, sortingKey, toStoredName } from './names.ts'

/**
 * What is kept of an entry. A volume has hundreds of thousands, so there are no more objects to one than there must
 * be, and all are alike.
 */
interface Common {
  /** Catalog node IDs, known once the tree is whole. */
  id: number
  parent: number
  /** As stored. */
  readonly name: string
  mode: number
  owner: number
  group: number
  /** In whole seconds since 1970; the volume's own date when absent. */
  modified: number | undefined
}

/** A folder of the volume to be. */
export interface FolderPlace<Content> extends Common {
  readonly kind: 'folder'
  /** In the order of the catalog, once the tree is whole. */
  readonly children: Place<Content>[]
  /** Those of its children that are folders, by sorting key, until the tree is whole. */
  readonly folders: Map<string, FolderPlace<Content>>
}

interface ForkPlace extends Common {
  /** Of the data fork, in bytes. */
  readonly size: number
  /** The first allocation block, once the volume is laid out; nothing for an empty file. */
  start: number
}

export interface DataPlace<Content> extends ForkPlace {
  readonly kind: 'file'
  readonly content: Content | FolderContents<Content>
}

export interface SymlinkPlace extends ForkPlace {
  readonly kind: 'symlink'
  readonly content: string
}

/** What has a data fork. */
export type FilePlace<Content> = DataPlace<Content> | SymlinkPlace

export type Place<Content> = FolderPlace<Content> | FilePlace<Content>

export interface Tree<Content> {
  readonly root: FolderPlace<Content>
  /** All but the root, by catalog node ID from 16 on. */
  readonly places: readonly Place<Content>[]
}

const FOLDER_MODE = 0o755
const SYMLINK_MODE = 0o755
const FILE_MODE = 0o644

/** Puts entries, which come in any order, in their folders. */
export class TreePlanter<Content> {
  readonly #root: FolderPlace<Content>
  readonly #caseSensitive: boolean
  /** Where the last entry went: those of a folder mostly follow each other. */
  #last: { readonly path: string; readonly folder: FolderPlace<Content> }

  /** @throws {LayoutError} for a name that HFS+ cannot keep */
  constructor(volume: string, caseSensitive: boolean) {
    this.#root = newFolder(storedName(volume, 'The volume name', volume))
    this.#caseSensitive = caseSensitive
    this.#last = { path: '', folder: this.#root }
  }

  /** @throws {LayoutError} for a name that HFS+ cannot keep, and for folders whose names differ by case only */
  add(entry: VolumeEntry<Content>): void {
    if (entry.kind === 'folder') {
      const folder = this.#folder(entry.path)
      Object.assign(folder, attributesOf(entry, FOLDER_MODE))
      return
    }
    const end = entry.path.lastIndexOf('/')
    const folder = this.#folder(entry.path.slice(0, Math.max(0, end)))
    const name = apart(storedName(entry.path.slice(end + 1), 'In the path', entry.path))
    const common = { id: 0, parent: 0, name, start: 0 }
    folder.children.push(
      entry.kind === 'file'
        ? {
            kind: 'file',
            ...common,
            ...attributesOf(entry, FILE_MODE),
            size: entry.size,
            content: entry.content,
          }
        : {
            kind: 'symlink',
            ...common,
            ...attributesOf(entry, SYMLINK_MODE),
            size: Buffer.byteLength(entry.target),
            content: entry.target,
          },
    )
  }

  /**
   * Everything in the order of the catalog, and numbered: a folder's children have consecutive IDs in the order of
   * their names, whatever order they were given in.
   * @throws {LayoutError} for two entries of one name
   */
  finish(): Tree<Content> {
    const root = this.#root
    root.id = ROOT_FOLDER
    root.parent = ROOT_PARENT
    const places: Place<Content>[] = []
    const folders = [root]
    // Grows while it is gone through.
    for (const folder of folders) {
      this.#sort(folder, places)
      folder.folders.clear()
      for (const place of folder.children) {
        place.id = FIRST_USER_ID + places.length
        place.parent = folder.id
        places.push(place)
        if (place.kind === 'folder') folders.push(place)
      }
    }
    return { root, places }
  }

  #folder(path: string): FolderPlace<Content> {
    if (this.#last.path === path) return this.#last.folder
    let folder = this.#root
    for (const name of path === '' ? [] : path.split('/')) {
      const stored = storedName(name, 'In the path', path)
      const key = sortingKey(stored, this.#caseSensitive)
      let next = folder.folders.get(key)
      if (next === undefined) {
        next = newFolder(apart(stored))
        folder.folders.set(key, next)
        folder.children.push(next)
      } else if (next.name !== stored) throw collision(path, differs(next.name))
      folder = next
    }
    this.#last = { path, folder }
    return folder
  }

  #sort(folder: FolderPlace<Content>, places: readonly Place<Content>[]): void {
    const keyed = folder.children.map(
      (place) => [sortingKey(place.name, this.#caseSensitive), place] as const,
    )
    keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    for (const [index, [key, place]] of keyed.entries()) {
      const before = keyed[index - 1]
      if (before !== undefined && before[0] === key) throw twice(pathOf(folder, places), before[1], place)
      folder.children[index] = place
    }
  }
}

function newFolder<Content>(name: string): FolderPlace<Content> {
  const attributes = { mode: FOLDER_MODE, owner: 0, group: 0, modified: undefined }
  return { kind: 'folder', id: 0, parent: 0, name, ...attributes, children: [], folders: new Map() }
}

function attributesOf({ mode, owner, group, modified }: VolumeEntry<unknown>, otherMode: number) {
  return {
    mode: mode ?? otherMode,
    owner: owner ?? 0,
    group: group ?? 0,
    modified: modified === undefined ? undefined : Math.floor(modified),
  }
}

function storedName(name: string, subject: string, path: string): string {
  const obstacle = nameObstacle(name)
  if (obstacle === undefined) return toStoredName(name)
  throw new LayoutError(`${subject} ${JSON.stringify(path)} ${obstacle}.`, 'Rename it.')
}

/** A part of a string keeps the whole of it in memory: a name would keep its path. */
function apart(name: string): string {
  return isAscii(name) ? Buffer.from(name, 'latin1').toString('latin1') : name
}

function pathOf<Content>(folder: FolderPlace<Content>, places: readonly Place<Content>[]): string {
  const names: string[] = []
  for (let place: Place<Content> = folder; place.id >= FIRST_USER_ID;) {
    names.unshift(`${fromStoredName(place.name)}/`)
    const above: Place<Content> | undefined = places[place.parent - FIRST_USER_ID]
    if (above === undefined) break
    place = above
  }
  return names.join('')
}

function twice<Content>(folder: string, one: Place<Content>, other: Place<Content>): LayoutError {
  const path = `${folder}${fromStoredName(one.name)}`
  if (one.name !== other.name) return collision(path, differs(other.name))
  return collision(
    path,
    one.kind === other.kind ? 'is there twice' : 'is there twice, as a folder and as a file',
  )
}

function differs(name: string): string {
  return `differs only by case from ${JSON.stringify(fromStoredName(name))}`
}

function collision(path: string, why: string): LayoutError {
  return new LayoutError(
    `${JSON.stringify(path)} ${why}.`,
    'Leave one of the two out, or rename it. A case-sensitive volume tells upper from lower case.',
  )
}
