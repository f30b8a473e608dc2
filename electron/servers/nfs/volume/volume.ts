/**
 * What NFS serves, and the only thing in it that touches a disk: a tree of nodes, each known by a key that stays
 * the same for as long as the node exists, over restarts too. Failures are `NfsError`s.
 */
import type { AttributeChanges, Attributes, Device, FileType } from '../../../protocols/nfs/attributes.ts'
import type { ErrorStatus } from '../../../protocols/nfs/status.ts'
import type { Space } from '../../../protocols/nfs/v3/filesystem.ts'
import type { Piece } from '../../../protocols/sunrpc/pieces.ts'

/** 16 bytes as 32 hexadecimal digits. It is no path, and nothing can be learned from it. */
export type NodeKey = string
export const KEY_BYTES = 16

export interface Found {
  readonly key: NodeKey
  readonly attributes: Attributes
}

export interface Chunk {
  /** Lies in several places, and stays as it is until `release`. */
  readonly data: readonly Piece[]
  /** Its bytes together. */
  readonly length: number
  /** Whether the file ends with these bytes. */
  readonly eof: boolean
  readonly attributes: Attributes
  readonly release: () => void
}

/** A name in a directory, and its place there: a hash of the name, so that other names do not move it. */
export interface Listed {
  readonly name: string
  readonly place: number
}

export interface Volume {
  readonly root: NodeKey
  attributes(key: NodeKey): Promise<Attributes>
  /** `name` may be `.` and `..`; the parent of the root is the root. */
  lookup(directory: NodeKey, name: string): Promise<Found>
  /** What a symbolic link says. Nothing here ever follows one. */
  readlink(key: NodeKey): Promise<string>
  /** At most `count` bytes; none past the end. A long part is left in its file where `mayStay` says so. */
  read(key: NodeKey, offset: number, count: number, mayStay?: boolean): Promise<Chunk>
  /** All names in a directory but `.` and `..`, by their places. */
  list(directory: NodeKey): Promise<readonly Listed[]>
  space(): Promise<Space>
  /** Where a node is, for people: `/dir/file`. Undefined when that is not known. */
  pathOf(key: NodeKey): string | undefined
  close(): Promise<void>
}

/** What is made at a name that was free. */
export type NewNode =
  | { readonly type: typeof FileType.REGULAR; readonly verifier?: Buffer }
  | { readonly type: typeof FileType.DIRECTORY }
  | { readonly type: typeof FileType.SYMLINK; readonly target: string }
  | {
      readonly type:
        typeof FileType.BLOCK | typeof FileType.CHARACTER | typeof FileType.SOCKET | typeof FileType.FIFO
      readonly device: Device
    }

export interface WritableVolume extends Volume {
  readonly writable: true
  /** Carries out `action` while no other change is under way, so that what it sees before and after is its own. */
  exclusively<T>(action: () => Promise<T>): Promise<T>
  setAttributes(key: NodeKey, changes: AttributeChanges): Promise<void>
  /** `sync`: the data are on the disk when it resolves. */
  write(key: NodeKey, offset: number, data: Buffer, sync: boolean): Promise<void>
  commit(key: NodeKey): Promise<void>
  create(directory: NodeKey, name: string, node: NewNode, attributes: AttributeChanges): Promise<NodeKey>
  /** The verifier that a file was created with and that nothing has changed since. */
  creationVerifier(key: NodeKey): Buffer | undefined
  link(key: NodeKey, directory: NodeKey, name: string): Promise<void>
  remove(directory: NodeKey, name: string): Promise<void>
  removeDirectory(directory: NodeKey, name: string): Promise<void>
  rename(from: NodeKey, fromName: string, to: NodeKey, toName: string): Promise<void>
}

export function isWritable(volume: Volume): volume is WritableVolume {
  return 'writable' in volume
}

/** A failure that NFS has a number for. */
export class NfsError extends Error {
  override readonly name = 'NfsError'
  readonly status: ErrorStatus

  constructor(status: ErrorStatus, message: string) {
    super(message)
    this.status = status
  }
}
