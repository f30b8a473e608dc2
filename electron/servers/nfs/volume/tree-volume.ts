import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import type { Content } from '../../../chains/chain.ts'
import type { ServedTree } from '../../../chains/tree.ts'
import { FileType, type Attributes, type Time } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'
import { chunkOf, lendOf, type Wanted } from './chunk.ts'
import { inNfsTerms, stale } from './errors.ts'
import { checkLookup } from './names.ts'
import type { Lent } from './open-file.ts'
import { OpenFiles } from './open-files.ts'
import { inPlaces } from './places.ts'
import {
  KEY_BYTES,
  NfsError,
  type Chunk,
  type Found,
  type Listed,
  type NodeKey,
  type Volume,
} from './volume.ts'

interface TreeNode {
  readonly key: NodeKey
  readonly path: string
  readonly parent: TreeNode | undefined
  /** Absent for a folder. */
  readonly content?: Content
  readonly children: Map<string, TreeNode>
}

/** The files of a chain as a file system: its table of names and no folder on this computer. */
export class TreeVolume implements Volume {
  readonly #root = newNode('', undefined)
  readonly #nodes = new Map<NodeKey, TreeNode>([[this.#root.key, this.#root]])
  readonly #files = new OpenFiles(constants.O_RDONLY | constants.O_NONBLOCK)
  readonly #fsid: bigint
  readonly #madeAt: Time

  /** `madeAt`, in milliseconds since the Unix epoch, is the time of everything in it. */
  constructor(tree: ServedTree, fsid: bigint, madeAt: number) {
    this.#fsid = fsid
    this.#madeAt = { seconds: Math.floor(madeAt / 1000), nanoseconds: 0 }
    for (const { name, content } of tree.files) this.#add(name.split('/').filter(Boolean), content)
  }

  get root(): NodeKey {
    return this.#root.key
  }

  attributes(key: NodeKey): Promise<Attributes> {
    return told(() => this.#attributesOf(this.#node(key)))
  }

  lookup(directory: NodeKey, name: string): Promise<Found> {
    return told(() => {
      const parent = this.#folder(directory)
      if (name !== '.' && name !== '..') checkLookup(name)
      const node =
        name === '.' ? parent : name === '..' ? (parent.parent ?? parent) : parent.children.get(name)
      if (node === undefined) throw new NfsError(Status.NOENT, 'not in the tree')
      return { key: node.key, attributes: this.#attributesOf(node) }
    })
  }

  readlink(key: NodeKey): Promise<string> {
    return told(() => {
      this.#node(key)
      throw new NfsError(Status.INVAL, 'not a symbolic link')
    })
  }

  read(key: NodeKey, offset: number, count: number, mayStay = false): Promise<Chunk> {
    return inNfsTerms(async () => {
      const node = this.#node(key)
      const { content } = node
      if (content === undefined) throw new NfsError(Status.ISDIR, 'a folder')
      const attributes = this.#attributesOf(node)
      const size = Number(attributes.size)
      const wanted = { offset, count, size, mayStay }
      return chunkOf(await this.#bytes(key, content, wanted), offset, attributes)
    })
  }

  list(directory: NodeKey): Promise<readonly Listed[]> {
    return told(() => inPlaces(this.#folder(directory).children.keys()))
  }

  space(): Promise<Space> {
    const contents = [...this.#nodes.values()].flatMap(({ content }) =>
      content === undefined ? [] : content,
    )
    const totalBytes = contents.reduce((sum, content) => sum + BigInt(sizeOf(content)), 0n)
    const none = { freeBytes: 0n, availableBytes: 0n, freeFiles: 0n, availableFiles: 0n }
    return Promise.resolve({ ...none, totalBytes, totalFiles: BigInt(this.#nodes.size) })
  }

  pathOf(key: NodeKey): string | undefined {
    const node = this.#nodes.get(key)
    return node && `/${node.path}`
  }

  close(): Promise<void> {
    return this.#files.close()
  }

  #add(components: readonly string[], content: Content): void {
    let node = this.#root
    for (const [index, name] of components.entries()) {
      const path = components.slice(0, index + 1).join('/')
      const isLast = index === components.length - 1
      const child = node.children.get(name) ?? newNode(path, node, isLast ? content : undefined)
      node.children.set(name, child)
      this.#nodes.set(child.key, child)
      node = child
    }
  }

  #node(key: NodeKey): TreeNode {
    const node = this.#nodes.get(key)
    if (node === undefined) throw stale()
    return node
  }

  #folder(key: NodeKey): TreeNode {
    const node = this.#node(key)
    if (node.content !== undefined) throw new NfsError(Status.NOTDIR, 'not a folder')
    return node
  }

  async #bytes(key: NodeKey, content: Content, wanted: Wanted): Promise<Lent> {
    if (content.kind === 'bytes') {
      const { offset, count } = wanted
      const { buffer, byteOffset, byteLength } = content.bytes
      const bytes = Buffer.from(buffer, byteOffset, byteLength).subarray(offset, offset + count)
      return { pieces: [bytes], release: () => undefined }
    }
    return this.#files.use(
      key,
      (open) =>
        open(content.path, (stats) => {
          if (stats.type !== FileType.REGULAR)
            throw new NfsError(Status.IO, `${content.path} is no file any more`)
        }),
      (file, keep) => lendOf(file, wanted, keep),
    )
  }

  #attributesOf({ key, content, children }: TreeNode): Attributes {
    const size = BigInt(content === undefined ? 4096 : sizeOf(content))
    return {
      type: content === undefined ? FileType.DIRECTORY : FileType.REGULAR,
      mode: content === undefined ? 0o555 : 0o444,
      links: content === undefined ? 2 + [...children.values()].filter((one) => !one.content).length : 1,
      uid: 0,
      gid: 0,
      size,
      used: size,
      device: { major: 0, minor: 0 },
      fsid: this.#fsid,
      fileid: BigInt(`0x${key.slice(0, KEY_BYTES)}`),
      accessed: this.#madeAt,
      modified: this.#madeAt,
      changed: this.#madeAt,
    }
  }
}

function newNode(path: string, parent: TreeNode | undefined, content?: Content): TreeNode {
  const digest = createHash('sha1').update(path).digest('hex')
  const key = `00${digest.slice(0, 2 * KEY_BYTES - 2)}`
  return { key, path, parent, children: new Map(), ...(content === undefined ? {} : { content }) }
}

function sizeOf(content: Content): number {
  return content.kind === 'bytes' ? content.bytes.length : content.size
}

/** What is known at once, told as what is not. */
function told<T>(tell: () => T): Promise<T> {
  return Promise.resolve().then(tell)
}
