import { createHash } from 'node:crypto'
import type { FileType } from '../../../protocols/nfs/attributes.ts'
import type { Stats } from './stats.ts'
import { KEY_BYTES, type NodeKey } from './volume.ts'

/** A file of an exported folder that a client has seen. */
export interface FolderNode {
  readonly key: NodeKey
  readonly id: string
  readonly origin: Origin
  readonly type: FileType
  /** Where it was seen last; the root has no parent. */
  parent: FolderNode | undefined
  name: string
}

/** Hexadecimal digits of a key that tell the node, and of those that tell where to look for it. */
const ID_DIGITS = KEY_BYTES
const TRAIL_DEPTH = KEY_BYTES / 2
/** Nodes remembered. One that is forgotten is found again by its trail. */
const NODES_KEPT = 100_000

/**
 * Says which file this is: the same as long as it exists and for no other, because its number alone is given to a
 * new file once it is removed.
 */
export type Origin = string

export function originOf({ disk, inode, born }: Stats): Origin {
  return `${disk} ${inode} ${born}`
}

/** The same in 16 hexadecimal digits. The first two are 0. */
function identityOf(origin: Origin): string {
  const digest = createHash('sha1').update(origin).digest('hex')
  return `00${digest.slice(0, ID_DIGITS - 2)}`
}

/**
 * The nodes of a folder by their identities. A key is the identity and a trail: for each folder on the way from
 * the root two digits of its identity. A node that is not remembered, because the service was started anew, is
 * searched for in the folders that fit its trail.
 */
export class FolderNodes {
  readonly root: FolderNode
  readonly #nodes = new Map<string, FolderNode>()
  readonly #byOrigin = new Map<Origin, FolderNode>()

  constructor(stats: Stats, type: FileType) {
    const origin = originOf(stats)
    const id = identityOf(origin)
    this.root = { key: id.padEnd(2 * KEY_BYTES, '0'), id, origin, type, parent: undefined, name: '' }
  }

  /** The node of what was found at `name`; undefined for a kind of file that cannot be served. */
  seen(stats: Stats, parent: FolderNode, name: string): FolderNode | undefined {
    const origin = originOf(stats)
    if (origin === this.root.origin) return this.root
    const known = this.#byOrigin.get(origin)
    if (known !== undefined) {
      known.parent = parent
      known.name = name
      return known
    }
    const { type } = stats
    if (type === undefined) return undefined
    const id = identityOf(origin)
    const node = { key: id + trailOf(parent), id, origin, type, parent, name }
    this.#nodes.set(id, node)
    this.#byOrigin.set(origin, node)
    this.#forgetOldest()
    return node
  }

  get(key: NodeKey): FolderNode | undefined {
    const id = key.slice(0, ID_DIGITS)
    return id === this.root.id ? this.root : this.#nodes.get(id)
  }

  #forgetOldest(): void {
    const [oldest] = this.#nodes.values()
    if (this.#nodes.size <= NODES_KEPT || oldest === undefined) return
    this.#nodes.delete(oldest.id)
    this.#byOrigin.delete(oldest.origin)
  }
}

export function componentsOf(node: FolderNode): string[] {
  const names: string[] = []
  for (let each = node; each.parent !== undefined; each = each.parent) names.unshift(each.name)
  return names
}

/** Whether the folder `node`, at `depth` below the root, may be on the way to what `key` means. */
export function isOnTrail(key: NodeKey, node: FolderNode, depth: number): boolean {
  if (depth > TRAIL_DEPTH) return true
  const at = ID_DIGITS + 2 * (depth - 1)
  return key.slice(at, at + 2) === stepOf(node)
}

export function hasIdentity(key: NodeKey, node: FolderNode): boolean {
  return key.startsWith(node.id)
}

function trailOf(parent: FolderNode): string {
  const steps: string[] = []
  for (let each = parent; each.parent !== undefined; each = each.parent) steps.unshift(stepOf(each))
  return steps
    .join('')
    .slice(0, 2 * TRAIL_DEPTH)
    .padEnd(2 * TRAIL_DEPTH, '0')
}

function stepOf({ id }: FolderNode): string {
  return id.slice(2, 4)
}
