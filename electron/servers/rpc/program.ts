import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { Reader, Writer } from '../../protocols/bytes.ts'
import type { SystemCredential } from '../../protocols/sunrpc/auth.ts'

/** Who calls, and how. */
export interface Caller {
  readonly address: Ipv4Address
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  /** What it says of itself under AUTH_SYS; absent under AUTH_NONE. */
  readonly credential?: SystemCredential
}

/** Writes the results of a procedure after the header of its reply. */
export type WriteResults = (writer: Writer) => void

export interface Procedure {
  /** Whether a call that is repeated after a lost reply may be carried out again. */
  readonly idempotent: boolean
  /** Only a `DecodeError` of its arguments and a fault of our own may come out of it. */
  call(reader: Reader, caller: Caller): Promise<WriteResults>
}

/** The procedures of one version of a program, by their numbers. */
export type ProgramVersion = ReadonlyMap<number, Procedure>

export interface Program {
  readonly number: number
  readonly versions: ReadonlyMap<number, ProgramVersion>
}

/** A procedure as its parts: arguments out of bytes, the work, and results into bytes. */
export function procedure<Arguments, Results>(parts: {
  readonly read: (reader: Reader) => Arguments
  readonly run: (args: Arguments, caller: Caller) => Results | Promise<Results>
  readonly write: (writer: Writer, results: Results) => void
  readonly idempotent?: boolean
}): Procedure {
  const { read, run, write, idempotent = true } = parts
  return {
    idempotent,
    async call(reader, caller) {
      const results = await run(read(reader), caller)
      return (writer) => write(writer, results)
    },
  }
}

/** Procedure 0 of every program: takes nothing, does nothing, returns nothing (RFC 5531 section 12.1). */
export const nullProcedure: Procedure = {
  idempotent: true,
  call: () => Promise.resolve(() => undefined),
}
