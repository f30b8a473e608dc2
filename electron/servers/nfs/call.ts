/** What the procedures of both versions of NFS have in common. */
import type { AttributeChanges, Attributes } from '../../protocols/nfs/attributes.ts'
import { Status, type ErrorStatus, type Result } from '../../protocols/nfs/status.ts'
import type { Caller } from '../rpc/program.ts'
import type { ExportedNode, Exports } from './exports.ts'
import { NOBODY, type User } from './access.ts'
import { guarded, unguarded } from './guarded-volume.ts'
import type { Reports } from './reports.ts'
import { isWritable, NfsError, type Chunk, type Found, type WritableVolume } from './volume/volume.ts'

/** What a procedure works with. */
export interface NfsServices {
  readonly exports: Exports
  readonly reports: Reports
  /** The most bytes of a reply's data that the transport carries well. */
  readonly dataLimit: (caller: Caller) => number
  /** 8 bytes that are others after every start, for WRITE and COMMIT. */
  readonly writeVerifier: Uint8Array
}

/** One call of an NFS procedure. */
export class NfsCall {
  readonly services: NfsServices
  readonly caller: Caller

  constructor(services: NfsServices, caller: Caller) {
    this.services = services
    this.caller = caller
  }

  get user(): User {
    return this.caller.credential ?? NOBODY
  }

  /** The node of a handle, in its volume as the caller may reach it. */
  async node(handle: Buffer): Promise<ExportedNode> {
    const node = await this.services.exports.node(handle, this.caller.address)
    return node.in(guarded(node.volume, this.user))
  }

  /** Undefined when they cannot be told. */
  async attributes(handle: Buffer): Promise<Attributes | undefined> {
    return this.node(handle)
      .then((node) => node.attributes())
      .catch(() => undefined)
  }
}

/** Runs a procedure; an `NfsError` becomes its status, with what `failed` tells beside it. */
export async function withStatus<Success extends object, Failed extends object>(
  run: () => Promise<Success>,
  failed: () => Promise<Failed> | Failed,
): Promise<({ readonly status: typeof Status.OK } & Success) | ({ readonly status: ErrorStatus } & Failed)> {
  try {
    return { status: Status.OK, ...(await run()) }
  } catch (error) {
    if (!(error instanceof NfsError)) throw error
    return { status: error.status, ...(await failed()) }
  }
}

/** The volume of a node, for changing it. */
export function writable({ volume }: ExportedNode): WritableVolume {
  if (!isWritable(volume)) throw new NfsError(Status.ROFS, 'this export is for reading')
  return volume
}

/** Throws unless both nodes are in the same volume. */
export function together(one: ExportedNode, other: ExportedNode): void {
  if (unguarded(one.volume) !== unguarded(other.volume)) throw new NfsError(Status.XDEV, 'in two exports')
}

/** Offsets beyond what a number holds exactly are beyond the end of every file. */
export function offsetOf(offset: bigint): number {
  return Number(offset > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : offset)
}

/** Looks a name up, and reports it if it is not there. */
export async function lookupIn(node: ExportedNode, name: string, call: NfsCall): Promise<Found> {
  try {
    const found = await node.volume.lookup(node.key, name)
    call.services.reports.lookedUp(call.caller, node.identityOf(found.key))
    return found
  } catch (error) {
    if (error instanceof NfsError && error.status === Status.NOENT)
      void call.services.reports.lookupMissed(call.caller, { path: node.path, name }, () =>
        node.volume.list(node.key),
      )
    throw error
  }
}

/** Reads as much as the transport carries, and reports it. */
export async function readFrom(
  node: ExportedNode,
  offset: number,
  count: number,
  { services, caller }: NfsCall,
): Promise<Chunk> {
  const limited = Math.min(count, services.dataLimit(caller))
  const chunk = await node.volume.read(node.key, offset, limited, caller.takesFiles)
  services.reports.read(caller, {
    file: node.identity,
    path: () => node.path,
    size: Number(chunk.attributes.size),
    offset,
    length: chunk.length,
    count,
  })
  return chunk
}

/** Gives back the memory that a READ took for its data. */
export function releaseChunk(result: Result<Pick<Chunk, 'release'>>): void {
  if (result.status === Status.OK) result.release()
}

/** What is made belongs to who makes it, unless it is said otherwise. */
export function ownedBy({ uid, gid }: User, attributes: AttributeChanges): AttributeChanges {
  return { uid, gid, ...attributes }
}
