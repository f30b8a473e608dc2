import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { Reader } from '../../protocols/bytes.ts'
import type { SystemCredential } from '../../protocols/sunrpc/auth.ts'
import type { PieceWriter } from '../../protocols/sunrpc/pieces.ts'

/** Who calls, and how. */
export interface Caller {
  readonly address: Ipv4Address
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  /** Whether what it is answered by can send a part of a file that is not in memory. */
  readonly takesFiles?: boolean
  /** What it says of itself under AUTH_SYS; absent under AUTH_NONE. */
  readonly credential?: SystemCredential
}

/** What a procedure returns, before and after it is in bytes. */
export interface Results {
  /** Writes them after the header of their reply. */
  write(writer: PieceWriter): void
  /** To be called once the reply has left and nobody reads its memory any more. */
  readonly sent?: (() => void) | undefined
}

export interface Procedure {
  /** Whether a call that is repeated after a lost reply may be carried out again. */
  readonly idempotent: boolean
  /** Only a `DecodeError` of its arguments and a fault of our own may come out of it. */
  call(reader: Reader, caller: Caller): Promise<Results>
}

/** The procedures of one version of a program, by their numbers. */
export type ProgramVersion = ReadonlyMap<number, Procedure>

export interface Program {
  readonly number: number
  readonly versions: ReadonlyMap<number, ProgramVersion>
}

/** A procedure as its parts. */
export interface ProcedureParts<Arguments, Outcome> {
  /** Arguments out of bytes. */
  readonly read: (reader: Reader) => Arguments
  readonly run: (args: Arguments, caller: Caller) => Outcome | Promise<Outcome>
  /** Results into bytes. */
  readonly write: (writer: PieceWriter, outcome: Outcome) => void
  /** Gives back what was taken for the reply. */
  readonly sent?: (outcome: Outcome) => void
  readonly idempotent?: boolean
}

export function procedure<Arguments, Outcome>(parts: ProcedureParts<Arguments, Outcome>): Procedure {
  const { read, run, write, sent, idempotent = true } = parts
  return {
    idempotent,
    async call(reader, caller) {
      const outcome = await run(read(reader), caller)
      return { write: (writer) => write(writer, outcome), sent: sent && (() => sent(outcome)) }
    },
  }
}

/** Procedure 0 of every program: takes nothing, does nothing, returns nothing (RFC 5531 section 12.1). */
export const nullProcedure: Procedure = {
  idempotent: true,
  call: () => Promise.resolve({ write: () => undefined }),
}
