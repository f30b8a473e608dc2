import { DecodeError, Reader } from '../../protocols/bytes.ts'
import { AuthFlavor, AuthStatus, decodeSystemCredential } from '../../protocols/sunrpc/auth.ts'
import { decodeCall, RPC_VERSION, type RpcCall } from '../../protocols/sunrpc/call.ts'
import { beginSuccess, encodeFailure, type RpcFailure } from '../../protocols/sunrpc/reply.ts'
import { DuplicateCalls } from './duplicates.ts'
import type { Caller, Procedure, Program } from './program.ts'
import { replyOf, type Reply } from './reply.ts'

/** Finds the procedure that a call names and makes its reply, whatever transport the call came by. */
export class RpcDispatcher {
  readonly #programs: ReadonlyMap<number, Program>
  readonly #onFault: (error: unknown) => void
  readonly #duplicates = new DuplicateCalls()

  /** `onFault` hears of errors that are ours; the client gets SYSTEM_ERR. */
  constructor(programs: readonly Program[], onFault: (error: unknown) => void) {
    this.#programs = new Map(programs.map((program) => [program.number, program]))
    this.#onFault = onFault
  }

  /** The reply, or undefined for what is no call. `message` must stay as it is until then. Never rejects. */
  async answer(message: Buffer, from: Omit<Caller, 'credential'>): Promise<Reply | undefined> {
    let xid: number | undefined
    try {
      const call = decodeCall(message)
      xid = call.xid
      if ('unreadable' in call) {
        const status = call.unreadable === 'credential' ? AuthStatus.BADCRED : AuthStatus.BADVERF
        return failed(xid, { reason: 'auth-error', status })
      }
      if (call.program === undefined)
        return failed(xid, { reason: 'rpc-mismatch', low: RPC_VERSION, high: RPC_VERSION })
      return await this.#reply(call, from)
    } catch (error) {
      if (error instanceof DecodeError && xid === undefined) return undefined
      this.#onFault(error)
      return xid === undefined ? undefined : failed(xid, { reason: 'system-error' })
    }
  }

  async #reply(call: RpcCall, from: Omit<Caller, 'credential'>): Promise<Reply> {
    const procedure = this.#find(call)
    if ('reason' in procedure) return failed(call.xid, procedure)
    const caller = authenticate(call, from)
    if (caller === undefined) return failed(call.xid, { reason: 'auth-error', status: AuthStatus.BADCRED })
    const carryOut = () => perform(call, procedure, caller)
    return procedure.idempotent ? carryOut() : this.#duplicates.once(call, caller, carryOut)
  }

  #find(call: RpcCall): Procedure | RpcFailure {
    const program = this.#programs.get(call.program)
    if (program === undefined) return { reason: 'program-unavailable' }
    const version = program.versions.get(call.version)
    if (version === undefined) {
      const known = [...program.versions.keys()]
      return { reason: 'program-mismatch', low: Math.min(...known), high: Math.max(...known) }
    }
    return version.get(call.procedure) ?? { reason: 'procedure-unavailable' }
  }
}

async function perform(call: RpcCall, procedure: Procedure, caller: Caller): Promise<Reply> {
  try {
    const results = await procedure.call(new Reader(call.arguments), caller)
    const writer = beginSuccess(call.xid)
    results.write(writer)
    return replyOf(writer, results)
  } catch (error) {
    if (error instanceof DecodeError) return failed(call.xid, { reason: 'garbage-arguments' })
    throw error
  }
}

function failed(xid: number, failure: RpcFailure): Reply {
  return { pieces: [encodeFailure(xid, failure)] }
}

/** Undefined when the credential is of a flavour that is not understood, or is not what its flavour says. */
function authenticate({ credential }: RpcCall, from: Omit<Caller, 'credential'>): Caller | undefined {
  if (credential.flavor === AuthFlavor.NONE) return from
  if (credential.flavor !== AuthFlavor.SYS) return undefined
  try {
    return { ...from, credential: decodeSystemCredential(credential.body) }
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
