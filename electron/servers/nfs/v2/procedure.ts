/** The forms that the procedures of version 2 share. */
import type { Result } from '../../../protocols/nfs/status.ts'
import { procedure, type Procedure, type ProcedureParts } from '../../rpc/program.ts'
import { NfsCall, withStatus, writable, type NfsServices } from '../call.ts'
import type { ExportedNode } from '../exports.ts'
import type { WritableVolume } from '../volume/volume.ts'

/** A procedure of version 2 for the services it is to work with. */
export type Procedure2 = (services: NfsServices) => Procedure

/** Whatever fails is told by its status alone. */
export function procedure2<Arguments, Success extends object>(
  parts: Omit<ProcedureParts<Arguments, Result<Success>>, 'run'> & {
    readonly run: (args: Arguments, call: NfsCall) => Promise<Success>
  },
): Procedure2 {
  const { run, ...rest } = parts
  return (services) =>
    procedure({
      ...rest,
      run: (args: Arguments, caller) =>
        withStatus(
          () => run(args, new NfsCall(services, caller)),
          () => ({}),
        ),
    })
}

/** Changes a node while nothing else changes its volume. */
export function changing<T>(node: ExportedNode, change: (volume: WritableVolume) => Promise<T>): Promise<T> {
  const volume = writable(node)
  return volume.exclusively(() => change(volume))
}
