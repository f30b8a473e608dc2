/** The port mapper, version 2 of program 100000 (RFC 1833 section 3). */
import type { Reader, Writer } from '../bytes.ts'
import { writeList } from './xdr.ts'

export const PORTMAP_PROGRAM = 100000
export const PORTMAP_PORT = 111
export const PORTMAP_VERSION = 2

export const PortmapProcedure = { NULL: 0, SET: 1, UNSET: 2, GETPORT: 3, DUMP: 4, CALLIT: 5 } as const

/** The numbers of IP (RFC 1833 section 3.1). */
export const IpProtocol = { TCP: 6, UDP: 17 } as const

/** RFC 1833 section 3.1. The port is 0 in a question. */
export interface Mapping {
  readonly program: number
  readonly version: number
  readonly protocol: number
  readonly port: number
}

export function readMapping(reader: Reader): Mapping {
  return {
    program: reader.u32('prog'),
    version: reader.u32('vers'),
    protocol: reader.u32('prot'),
    port: reader.u32('port'),
  }
}

/** The `pmaplist` that DUMP returns. */
export function writeMappings(writer: Writer, mappings: readonly Mapping[]): void {
  writeList(writer, mappings, (each, { program, version, protocol, port }) =>
    each.u32(program).u32(version).u32(protocol).u32(port),
  )
}
