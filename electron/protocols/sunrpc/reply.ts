/**
 * The reply message of ONC RPC (RFC 5531 section 9):
 *
 *     xid | REPLY = 1 | MSG_ACCEPTED = 0 | verf: AUTH_NONE, 0 bytes | accept_stat | results or version range
 *     xid | REPLY = 1 | MSG_DENIED = 1   | reject_stat | version range or auth_stat
 */
import { Writer } from '../bytes.ts'
import { AuthFlavor, type AuthStatus } from './auth.ts'
import { PieceWriter } from './pieces.ts'

const REPLY = 1
const MSG_ACCEPTED = 0
const MSG_DENIED = 1
const SUCCESS = 0
const RPC_MISMATCH = 0
const AUTH_ERROR = 1
/** `accept_stat` of the errors that have no body. */
const ACCEPT_STATUS = {
  'program-unavailable': 1,
  'procedure-unavailable': 3,
  'garbage-arguments': 4,
  'system-error': 5,
} as const
const PROG_MISMATCH = 2

/** Versions that would have been answered, both included. */
interface VersionRange {
  readonly low: number
  readonly high: number
}

export type RpcFailure =
  | { readonly reason: keyof typeof ACCEPT_STATUS }
  | ({ readonly reason: 'program-mismatch' } & VersionRange)
  | ({ readonly reason: 'rpc-mismatch' } & VersionRange)
  | { readonly reason: 'auth-error'; readonly status: AuthStatus }

/** Starts the reply to a call that succeeded; the results of its procedure are to be written after it. */
export function beginSuccess(xid: number): PieceWriter {
  return accepted(new PieceWriter(), xid, SUCCESS)
}

export function encodeFailure(xid: number, failure: RpcFailure): Buffer {
  const writer = new Writer(32)
  switch (failure.reason) {
    case 'rpc-mismatch':
      writer.u32(xid).u32(REPLY).u32(MSG_DENIED).u32(RPC_MISMATCH).u32(failure.low).u32(failure.high)
      break
    case 'auth-error':
      writer.u32(xid).u32(REPLY).u32(MSG_DENIED).u32(AUTH_ERROR).u32(failure.status)
      break
    case 'program-mismatch':
      accepted(writer, xid, PROG_MISMATCH).u32(failure.low).u32(failure.high)
      break
    default:
      accepted(writer, xid, ACCEPT_STATUS[failure.reason])
  }
  return writer.finish()
}

function accepted<W extends Writer>(writer: W, xid: number, status: number): W {
  return writer.u32(xid).u32(REPLY).u32(MSG_ACCEPTED).u32(AuthFlavor.NONE).u32(0).u32(status)
}
