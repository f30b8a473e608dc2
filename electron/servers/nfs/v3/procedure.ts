/** The forms that the procedures of version 3 share. */
import type { Attributes } from '../../../protocols/nfs/attributes.ts'
import { Status, type ErrorStatus } from '../../../protocols/nfs/status.ts'
import type { WeakCacheConsistency } from '../../../protocols/nfs/v3/attributes.ts'
import { procedure, type Procedure, type ProcedureParts } from '../../rpc/program.ts'
import { NfsCall, writable, type NfsServices } from '../call.ts'
import type { ExportedNode } from '../exports.ts'
import { isWritable, NfsError, type WritableVolume } from '../volume/volume.ts'

/** A procedure of version 3 for the services it is to work with. */
export type Procedure3 = (services: NfsServices) => Procedure

export function procedure3<Arguments, Outcome>(
  parts: Omit<ProcedureParts<Arguments, Outcome>, 'run'> & {
    readonly run: (args: Arguments, call: NfsCall) => Promise<Outcome>
  },
): Procedure3 {
  const { run, ...rest } = parts
  return (services) =>
    procedure({ ...rest, run: (args: Arguments, caller) => run(args, new NfsCall(services, caller)) })
}

/** What became of a change, and what became of the node that it changed. */
export type Outcome<T> = (
  { readonly status: typeof Status.OK; readonly result: T } | { readonly status: ErrorStatus }
) & { readonly wcc: WeakCacheConsistency }

/**
 * Changes a node, or a directory that a node is in, and looks at it before and after. Nothing else changes the
 * volume in between, so that a client can tell its own change from that of another.
 */
export async function changing<T>(
  find: () => Promise<ExportedNode>,
  change: (volume: WritableVolume, node: ExportedNode, before: Attributes) => Promise<T>,
): Promise<Outcome<T>> {
  let node: ExportedNode | undefined
  try {
    const found = (node = await find())
    const volume = writable(found)
    return await volume.exclusively(async () => {
      const before = await volume.attributes(found.key)
      const outcome = await statusOf(() => change(volume, found, before))
      return { ...outcome, wcc: { before, after: await found.attributes() } }
    })
  } catch (error) {
    if (!(error instanceof NfsError)) throw error
    return { status: error.status, wcc: await wccOf(node) }
  }
}

/** Runs `action` and gives its result or its status. */
export async function statusOf<T>(
  action: () => Promise<T>,
): Promise<{ readonly status: typeof Status.OK; readonly result: T } | { readonly status: ErrorStatus }> {
  try {
    return { status: Status.OK, result: await action() }
  } catch (error) {
    if (!(error instanceof NfsError)) throw error
    return { status: error.status }
  }
}

/** What is told of a node that was not changed. */
export async function wccOf(node: ExportedNode | undefined): Promise<WeakCacheConsistency> {
  if (node === undefined) return {}
  const after = await node.attributes()
  return isWritable(node.volume) ? { before: after, after } : { after }
}
