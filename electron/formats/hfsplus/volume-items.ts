import { DecodeError } from '../../protocols/bytes.ts'
import { ROOT_FOLDER, type FileRecord, type FolderRecord } from './catalog.ts'
import { fromHfsDate } from './dates.ts'
import type { ForkData } from './fork.ts'
import { fromStoredName, sortingKey } from './names.ts'

/** One thing on a volume. */
export interface VolumeItem {
  readonly kind: 'folder' | 'file' | 'symlink' | 'special'
  /** From the root, with `/` between names, as POSIX systems show them. */
  readonly path: string
  /** Of the data fork, in bytes. */
  readonly size: number
  readonly resourceSize: number
  /** Permission bits; what Mac OS X shows for a file that never had any when they were not set. */
  readonly mode: number
  readonly owner: number
  readonly group: number
  /** In seconds since 1970. */
  readonly modified: number
  /** Its bytes are in an attribute, compressed, as Mac OS X 10.6 installs its own files. */
  readonly compressed: boolean
  /** Whose forks these are: the indirect node's for a hard link. */
  readonly fileId: number
  readonly dataFork?: ForkData
}

/** Catalog records by the folder that they are in; keys are names as stored. */
export type Children = ReadonlyMap<number, ReadonlyMap<string, FolderRecord | FileRecord>>

/** Where hard links keep what they share, as stored; Mac OS X hides both folders. */
const PRIVATE_DATA = '\0\0\0\0HFS+ Private Data'
const HIDDEN = new Set([PRIVATE_DATA, '.HFS+ Private Directory Data\r'])

const KIND_BITS = 0o170000
const COMPRESSED = 0x20
/** Mac OS X cannot open a path that is longer than 1024 bytes. */
const DEPTH_LIMIT = 1024

/**
 * Everything in the root, each folder before what is in it, by names in the catalog's order.
 * @throws {DecodeError} for folders inside themselves or too deep, and for names that are no names
 */
export function* itemsOf(children: Children): Generator<VolumeItem> {
  const shared = indirectNodes(children)
  const entered = new Set<number>()
  const open = (path: string, id: number) => {
    if (entered.has(id)) throw new DecodeError('invalid', 'nodeID', 0, `folder ${id} is there twice`)
    entered.add(id)
    return { path, entries: (children.get(id) ?? new Map<never, never>()).entries() }
  }
  const stack = [open('', ROOT_FOLDER)]
  while (stack.length > 0) {
    const { path: folder, entries } = stack.at(-1)!
    const { value } = entries.next()
    if (value === undefined) {
      stack.pop()
      continue
    }
    const [stored, record] = value
    if (stack.length === 1 && HIDDEN.has(stored)) continue
    const path = `${folder}${folder === '' ? '' : '/'}${safeName(stored)}`
    if (record.kind === 'folder') {
      yield folderItem(path, record)
      if (stack.length > DEPTH_LIMIT)
        throw new DecodeError('oversized', 'folder depth', 0, `more than ${DEPTH_LIMIT}`)
      stack.push(open(path, record.id))
    } else yield fileItem(path, record, shared)
  }
}

function safeName(stored: string): string {
  const name = fromStoredName(stored)
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new DecodeError('invalid', 'nodeName', 0, JSON.stringify(name))
  return name
}

/** By number: the files that hard links mean (TN1150, "Hard Links"). */
function indirectNodes(children: Children): ReadonlyMap<string, FolderRecord | FileRecord> {
  const folder = children.get(ROOT_FOLDER)?.get(PRIVATE_DATA)
  return (folder?.kind === 'folder' ? children.get(folder.id) : undefined) ?? new Map<never, never>()
}

function folderItem(path: string, { id, bsd, modifyDate }: FolderRecord): VolumeItem {
  const { mode, owner, group } = bsd
  return {
    kind: 'folder',
    path,
    size: 0,
    resourceSize: 0,
    mode: mode === 0 ? 0o755 : mode & 0o7777,
    owner,
    group,
    modified: fromHfsDate(modifyDate),
    compressed: false,
    fileId: id,
  }
}

function fileItem(
  path: string,
  link: FileRecord,
  shared: ReadonlyMap<string, FolderRecord | FileRecord>,
): VolumeItem {
  const hardLink = link.type === 'hlnk' && link.creator === 'hfs+'
  const target = hardLink ? shared.get(`iNode${link.bsd.special}`) : undefined
  const { id, bsd, modifyDate, dataFork, resourceFork, type } = target?.kind === 'file' ? target : link
  const { mode, owner, group, flags } = bsd
  return {
    kind: kindOf(mode & KIND_BITS, type),
    path,
    size: dataFork.logicalSize,
    resourceSize: resourceFork.logicalSize,
    mode: mode === 0 ? 0o644 : mode & 0o7777,
    owner,
    group,
    modified: fromHfsDate(modifyDate),
    compressed: (flags & COMPRESSED) !== 0,
    fileId: id,
    dataFork,
  }
}

function kindOf(bits: number, type: string): VolumeItem['kind'] {
  if (bits === 0o120000 || type === 'slnk') return 'symlink'
  return bits === 0 || bits === 0o100000 ? 'file' : 'special'
}

/** What a path is found by, as `sortingKey` is for one name. */
export function pathKey(path: string, caseSensitive: boolean): string {
  return sortingKey(path.normalize('NFD'), caseSensitive)
}
