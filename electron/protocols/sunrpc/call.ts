/**
 * The call message of ONC RPC (RFC 5531 section 9):
 *
 *     xid | CALL = 0 | rpcvers = 2 | prog | vers | proc | cred: flavor, opaque<400> | verf: same | arguments
 */
import { DecodeError, Reader } from '../bytes.ts'
import { readOpaque } from './xdr.ts'

export const RPC_VERSION = 2
const CALL = 0
/** RFC 5531 section 8.2. */
const AUTH_BODY_LIMIT = 400

/** Who calls, in the words of a flavour (RFC 5531 section 8.2). */
export interface OpaqueAuth {
  readonly flavor: number
  readonly body: Buffer
}

export interface RpcCall {
  readonly xid: number
  readonly rpcVersion: typeof RPC_VERSION
  readonly program: number
  readonly version: number
  readonly procedure: number
  readonly credential: OpaqueAuth
  readonly verifier: OpaqueAuth
  /** The rest of the message, as a view: only its program knows what it means. */
  readonly arguments: Buffer
}

/** A call in another version of RPC: nothing after its version can be read, but it can be answered. */
export interface ForeignCall {
  readonly xid: number
  readonly rpcVersion: number
  readonly program?: undefined
}

export function decodeCall(message: Uint8Array): RpcCall | ForeignCall {
  const reader = new Reader(message)
  const xid = reader.u32('xid')
  const type = reader.u32('message type')
  if (type !== CALL) throw new DecodeError('unrecognised', 'message type', 4, `${type} is no call`)
  const rpcVersion = reader.u32('rpcvers')
  if (rpcVersion !== RPC_VERSION) return { xid, rpcVersion }
  return {
    xid,
    rpcVersion,
    program: reader.u32('prog'),
    version: reader.u32('vers'),
    procedure: reader.u32('proc'),
    credential: readAuth(reader, 'cred'),
    verifier: readAuth(reader, 'verf'),
    arguments: reader.rest(),
  }
}

function readAuth(reader: Reader, field: string): OpaqueAuth {
  return { flavor: reader.u32(`${field} flavor`), body: readOpaque(reader, AUTH_BODY_LIMIT, `${field} body`) }
}
