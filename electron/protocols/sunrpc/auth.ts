/** Flavours of authentication (RFC 5531 section 8.2 and appendix A). */
import { DecodeError, Reader } from '../bytes.ts'
import { readString } from './xdr.ts'

export const AuthFlavor = { NONE: 0, SYS: 1, SHORT: 2 } as const

/** Why a call was not authenticated (RFC 5531 section 9, `auth_stat`). */
export const AuthStatus = {
  BADCRED: 1,
  REJECTEDCRED: 2,
  BADVERF: 3,
  REJECTEDVERF: 4,
  TOOWEAK: 5,
} as const
export type AuthStatus = (typeof AuthStatus)[keyof typeof AuthStatus]

/** AUTH_SYS: what a UNIX client says of its user (RFC 5531 appendix A). It proves nothing. */
export interface SystemCredential {
  readonly stamp: number
  readonly machineName: string
  readonly uid: number
  readonly gid: number
  readonly gids: readonly number[]
}

const MACHINE_NAME_LIMIT = 255
const GIDS_LIMIT = 16

export function decodeSystemCredential(body: Uint8Array): SystemCredential {
  const reader = new Reader(body)
  const stamp = reader.u32('stamp')
  const machineName = readString(reader, MACHINE_NAME_LIMIT, 'machinename')
  const uid = reader.u32('uid')
  const gid = reader.u32('gid')
  const at = reader.offset
  const count = reader.u32('gids')
  if (count > GIDS_LIMIT)
    throw new DecodeError('oversized', 'gids', at, `${count} groups, at most ${GIDS_LIMIT}`)
  const gids = Array.from({ length: count }, () => reader.u32('gid'))
  return { stamp, machineName, uid, gid, gids }
}
