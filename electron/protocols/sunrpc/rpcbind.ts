/** Versions 3 and 4 of program 100000 (RFC 1833 section 2), which know transports by name. */
import type { Ipv4Address } from '../addresses.ts'
import type { Reader, Writer } from '../bytes.ts'
import { readString, writeList, writeString } from './xdr.ts'

export const RpcbindVersion = { THREE: 3, FOUR: 4 } as const

/** GETVERSADDR is of version 4 alone (RFC 1833 section 2.1). */
export const RpcbindProcedure = {
  NULL: 0,
  SET: 1,
  UNSET: 2,
  GETADDR: 3,
  DUMP: 4,
  GETTIME: 6,
  GETVERSADDR: 9,
} as const

export type Netid = 'udp' | 'tcp'

/** RFC 1833 section 2.1, `rpcb`. */
export interface Binding {
  readonly program: number
  readonly version: number
  /** `udp`, `tcp`, or a transport that is not served. */
  readonly netid: string
  /** In the universal form: the address, then both bytes of the port, all as decimal numbers between dots. */
  readonly address: string
  readonly owner: string
}

const TEXT_LIMIT = 255

export function readBinding(reader: Reader): Binding {
  return {
    program: reader.u32('r_prog'),
    version: reader.u32('r_vers'),
    netid: readString(reader, TEXT_LIMIT, 'r_netid'),
    address: readString(reader, TEXT_LIMIT, 'r_addr'),
    owner: readString(reader, TEXT_LIMIT, 'r_owner'),
  }
}

/** The `rpcblist` that DUMP returns. */
export function writeBindings(writer: Writer, bindings: readonly Binding[]): void {
  writeList(writer, bindings, (each, { program, version, netid, address, owner }) => {
    each.u32(program).u32(version)
    writeString(each, netid)
    writeString(each, address)
    writeString(each, owner)
  })
}

/** RFC 5665 section 5.2.3.3. */
export function universalAddress(address: Ipv4Address, port: number): string {
  return `${address}.${port >>> 8}.${port & 255}`
}
