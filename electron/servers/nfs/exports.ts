import { createHash } from 'node:crypto'
import type { ServedTree } from '../../chains/tree.ts'
import type { Ipv4Address } from '../../protocols/addresses.ts'
import { FileType, type Attributes } from '../../protocols/nfs/attributes.ts'
import { Status } from '../../protocols/nfs/status.ts'
import { stale } from './volume/errors.ts'
import { FolderVolume } from './volume/folder-volume.ts'
import { Handles } from './handles.ts'
import { Overlays } from './overlay/overlays.ts'
import { pathComponents } from './volume/names.ts'
import { TreeVolume } from './volume/tree-volume.ts'
import { NfsError, type NodeKey, type Volume } from './volume/volume.ts'

/** What clients can mount. */
export interface ExportOptions {
  /** The name that clients mount it by, such as `/` or `/srv/root`. Folders below it can be mounted as well. */
  readonly path: string
  readonly source:
    | { readonly kind: 'folder'; readonly folder: string }
    | { readonly kind: 'tree'; readonly tree: ServedTree }
  /** Lets every client write to what is its own alone: the source is never changed. Absent: for reading only. */
  readonly overlay?: {
    /** Where the changes of clients are kept, each in a folder of its own. */
    readonly folder: string
    /** Whether they are kept for the next session, or begin and end with this one. */
    readonly keep: boolean
  }
}

/** Who a client is, as a name for a folder: the same for as long as its changes are to be the same. */
export type Identify = (client: Ipv4Address) => Promise<string>

/** A node of an export, as one client may see it. */
export class ExportedNode {
  readonly volume: Volume
  readonly key: NodeKey
  readonly #export: Export
  readonly #handles: Handles

  constructor(exported: Export, volume: Volume, key: NodeKey, handles: Handles) {
    this.#export = exported
    this.volume = volume
    this.key = key
    this.#handles = handles
  }

  /** The same node, by way of another volume. */
  in(volume: Volume): ExportedNode {
    return volume === this.volume ? this : new ExportedNode(this.#export, volume, this.key, this.#handles)
  }

  /** The handle of another node of the same volume. */
  handleOf(key: NodeKey): Buffer {
    return this.#handles.make({ exported: this.#export.number, key })
  }

  /** Undefined when there is no such node any more: what is told beside a result may be missing. */
  attributes(): Promise<Attributes | undefined> {
    return this.volume.attributes(this.key).catch(() => undefined)
  }

  /** Tells the node from those of all exports. */
  get identity(): string {
    return this.identityOf(this.key)
  }

  /** The identity of another node of the same volume. */
  identityOf(key: NodeKey): string {
    return `${this.#export.number} ${key}`
  }

  /** Where the node is, by the name of its export: `/srv/root/mach_kernel`. */
  get path(): string {
    const inside = this.volume.pathOf(this.key) ?? '/?'
    return this.#export.path === '/' ? inside : `${this.#export.path}${inside === '/' ? '' : inside}`
  }
}

interface Export {
  readonly path: string
  readonly components: readonly string[]
  /** Made of its path: the same after a restart, whatever else is exported then. */
  readonly number: number
  volumeFor(client: Ipv4Address): Promise<Volume>
  close(): Promise<void>
}

/** All exports of a session: paths to mount and handles come in, nodes come out. */
export class Exports {
  readonly #exports: readonly Export[]
  readonly #handles: Handles

  /** `secret` is what handles are sealed with. Rejects when a folder cannot be served. */
  static async open(
    options: readonly ExportOptions[],
    secret: Uint8Array,
    identify: Identify,
  ): Promise<Exports> {
    const exports = await Promise.all(options.map((one) => openExport(one, identify)))
    return new Exports(exports, new Handles(secret))
  }

  private constructor(exports: readonly Export[], handles: Handles) {
    // The longest path first: an export may lie within another.
    this.#exports = [...exports].sort((one, other) => other.components.length - one.components.length)
    this.#handles = handles
  }

  get paths(): readonly string[] {
    return this.#exports.map(({ path }) => path)
  }

  /** The folder that a client means by a path. Symbolic links on the way are not followed. */
  async mount(path: string, client: Ipv4Address): Promise<ExportedNode> {
    const wanted = pathComponents(path)
    const exported = this.#exports.find(({ components }) =>
      components.every((name, index) => wanted[index] === name),
    )
    if (exported === undefined) throw new NfsError(Status.NOENT, 'not exported')
    const volume = await exported.volumeFor(client)
    let key = volume.root
    for (const name of wanted.slice(exported.components.length)) key = (await volume.lookup(key, name)).key
    if ((await volume.attributes(key)).type !== FileType.DIRECTORY)
      throw new NfsError(Status.NOTDIR, 'not a folder')
    return new ExportedNode(exported, volume, key, this.#handles)
  }

  /** Throws STALE for a handle that is forged, or of another server, or of what is not exported any more. */
  async node(handle: Buffer, client: Ipv4Address): Promise<ExportedNode> {
    const content = this.#handles.read(handle)
    const exported = this.#exports.find(({ number }) => number === content?.exported)
    if (content === undefined || exported === undefined) throw stale()
    return new ExportedNode(exported, await exported.volumeFor(client), content.key, this.#handles)
  }

  async close(): Promise<void> {
    await Promise.all(this.#exports.map((one) => one.close()))
  }
}

async function openExport({ path, source, overlay }: ExportOptions, identify: Identify): Promise<Export> {
  const components = pathComponents(path)
  const canonical = `/${components.join('/')}`
  const digest = createHash('sha256').update(canonical).digest()
  const fsid = digest.readBigUInt64BE(8)
  const volume =
    source.kind === 'folder'
      ? await FolderVolume.open(source.folder, fsid)
      : new TreeVolume(source.tree, fsid, Date.now())
  const overlays = overlay && new Overlays(volume, fsid, overlay, identify)
  await overlays?.start()
  return {
    path: canonical,
    components,
    number: digest.readUInt32BE(),
    volumeFor: (client) => overlays?.of(client) ?? Promise.resolve(volume),
    async close() {
      await overlays?.close()
      await volume.close()
    },
  }
}
