import { DecodeError } from '../../protocols/bytes.ts'
import { ROOT_FOLDER } from './catalog.ts'
import { fromStoredName, sortingKey, toStoredName } from './names.ts'
import { CatalogItem } from './volume-items.ts'

/** Where hard links keep what they share, as stored; Mac OS X hides both folders. */
const PRIVATE_DATA = '\0\0\0\0HFS+ Private Data'
const HIDDEN = new Set([PRIVATE_DATA, '.HFS+ Private Directory Data\r'])
/** Mac OS X cannot open a path that is longer than 1024 bytes. */
const DEPTH_LIMIT = 1024

/** Items by the catalog node ID of the folder that they are in, in the catalog's order. */
export type Children = Map<number, CatalogItem[]>

/**
 * Puts every item in its folder, hard links in the place of what they mean, and gives all of them: each folder
 * before what is in it, without the root.
 * @throws {DecodeError} for folders inside themselves or too deep, and for names that are no names or there twice
 */
export function connectItems(children: Children): CatalogItem[] {
  const shared = indirectNodes(children)
  const entered = new Set<number>()
  const all: CatalogItem[] = []
  const enter = (id: number, folder: CatalogItem | undefined) => {
    if (entered.has(id)) throw new DecodeError('invalid', 'nodeID', 0, `folder ${id} is there twice`)
    entered.add(id)
    const found = (children.get(id) ?? []).filter(({ name }) => folder !== undefined || !HIDDEN.has(name))
    requireNames(found)
    const items = found.map((item) => resolved(item, shared))
    for (const item of items) item.folder = folder
    children.set(id, items)
    return items.values()
  }
  const stack = [enter(ROOT_FOLDER, undefined)]
  while (stack.length > 0) {
    const { value: item } = stack.at(-1)!.next()
    if (item === undefined) {
      stack.pop()
      continue
    }
    all.push(item)
    if (item.kind !== 'folder') continue
    if (stack.length > DEPTH_LIMIT)
      throw new DecodeError('oversized', 'folder depth', 0, `more than ${DEPTH_LIMIT}`)
    stack.push(enter(item.fileId, item))
  }
  return all
}

function requireNames(items: readonly CatalogItem[]): void {
  const names = new Set<string>()
  for (const { name: stored } of items) {
    const name = fromStoredName(stored)
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
      throw new DecodeError('invalid', 'nodeName', 0, JSON.stringify(name))
    if (names.has(stored))
      throw new DecodeError('invalid', 'nodeName', 0, `${JSON.stringify(stored)} is there twice`)
    names.add(stored)
  }
}

/** By their names: the files that hard links mean (TN1150, "Hard Links"). */
function indirectNodes(children: Children): ReadonlyMap<string, CatalogItem> {
  const folder = children.get(ROOT_FOLDER)?.find(({ name }) => name === PRIVATE_DATA)
  const nodes = folder?.kind === 'folder' ? (children.get(folder.fileId) ?? []) : []
  return new Map(nodes.map((node) => [node.name, node]))
}

function resolved(item: CatalogItem, shared: ReadonlyMap<string, CatalogItem>): CatalogItem {
  const target = item.link === undefined ? undefined : shared.get(`iNode${item.link}`)
  return target === undefined || target.kind === 'folder' ? item : new CatalogItem(item.name, target)
}

/** @param path with `/` between names; case counts on a volume that tells it apart */
export function findItem(children: Children, path: string, caseSensitive: boolean): CatalogItem | undefined {
  let found: CatalogItem | undefined
  for (const name of path.split('/')) {
    const key = sortingKey(toStoredName(name), caseSensitive)
    const inside = children.get(found === undefined ? ROOT_FOLDER : found.fileId)
    found = inside?.find((item) => sortingKey(item.name, caseSensitive) === key)
    if (found === undefined) return undefined
  }
  return found
}
