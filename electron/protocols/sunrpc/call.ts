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

/** A call whose credential or verifier cannot be read, and so nothing after it. It can be answered as well. */
export interface UnreadableCall {
  readonly xid: number
  readonly rpcVersion: typeof RPC_VERSION
  readonly program?: undefined
  readonly unreadable: 'credential' | 'verifier'
}

/** Throws for what is no call, or ends before it says whom it calls. */
export function decodeCall(message: Uint8Array): RpcCall | ForeignCall | UnreadableCall {
  const reader = new Reader(message)
  const xid = reader.u32('xid')
  const type = reader.u32('message type')
  if (type !== CALL) throw new DecodeError('unrecognised', 'message type', 4, `${type} is no call`)
  const rpcVersion = reader.u32('rpcvers')
  if (rpcVersion !== RPC_VERSION) return { xid, rpcVersion }
  const program = reader.u32('prog')
  const version = reader.u32('vers')
  const procedure = reader.u32('proc')
  const credential = readAuth(reader, 'cred')
  if (credential === undefined) return { xid, rpcVersion, unreadable: 'credential' }
  const verifier = readAuth(reader, 'verf')
  if (verifier === undefined) return { xid, rpcVersion, unreadable: 'verifier' }
  return { xid, rpcVersion, program, version, procedure, credential, verifier, arguments: reader.rest() }
}

/** Undefined when it is longer than it may be, or than what there is. */
function readAuth(reader: Reader, field: string): OpaqueAuth | undefined {
  try {
    const flavor = reader.u32(`${field} flavor`)
    return { flavor, body: readOpaque(reader, AUTH_BODY_LIMIT, `${field} body`) }
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
