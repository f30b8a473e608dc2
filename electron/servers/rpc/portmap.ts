/** The port mapper: tells clients at which ports this computer's programs answer (RFC 1833). */
import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { Reader } from '../../protocols/bytes.ts'
import {
  IpProtocol,
  PORTMAP_PROGRAM,
  PORTMAP_VERSION,
  PortmapProcedure,
  readMapping,
  writeMappings,
  type Mapping,
} from '../../protocols/sunrpc/portmap.ts'
import {
  readBinding,
  RpcbindProcedure,
  RpcbindVersion,
  universalAddress,
  writeBindings,
  type Binding,
  type Netid,
} from '../../protocols/sunrpc/rpcbind.ts'
import { writeBoolean, writeString } from '../../protocols/sunrpc/xdr.ts'
import {
  nullProcedure,
  procedure,
  type Caller,
  type Procedure,
  type Program,
  type ProgramVersion,
} from './program.ts'

/** A program that answers at a port, over UDP and TCP alike. */
export interface Registration {
  readonly program: number
  readonly versions: readonly number[]
  readonly port: number
}

/** Called when a client was told the port of a program. */
type Found = (caller: Caller, program: number, version: number) => void

const NETIDS: readonly (readonly [Netid, number])[] = [
  ['udp', IpProtocol.UDP],
  ['tcp', IpProtocol.TCP],
]

/** The service's name in the lists of version 3 and 4, where a UNIX system tells the registering user. */
const OWNER = 'bootwire'

/**
 * Nothing can be registered from outside, and calls are not passed on (CALLIT, INDIRECT, BCAST): both are what
 * port mappers are attacked by.
 */
export function portmapProgram(
  address: Ipv4Address,
  registrations: readonly Registration[],
  onFound: Found = () => {},
): Program {
  const mappings = registrations.flatMap(({ program, versions, port }) =>
    versions.flatMap((version) => NETIDS.map(([, protocol]) => ({ program, version, protocol, port }))),
  )
  return {
    number: PORTMAP_PROGRAM,
    versions: new Map([
      [PORTMAP_VERSION, portmapVersion(mappings, onFound)],
      [RpcbindVersion.THREE, rpcbindVersion(address, mappings, [])],
      [RpcbindVersion.FOUR, rpcbindVersion(address, mappings, [RpcbindProcedure.GETVERSADDR])],
    ]),
  }
}

function portmapVersion(mappings: readonly Mapping[], onFound: Found): ProgramVersion {
  return new Map<number, Procedure>([
    [PortmapProcedure.NULL, nullProcedure],
    [PortmapProcedure.SET, refusal(readMapping)],
    [PortmapProcedure.UNSET, refusal(readMapping)],
    [
      PortmapProcedure.GETPORT,
      procedure({
        read: readMapping,
        run: ({ program, version, protocol }, caller) => {
          const found = mappings.find(
            (one) => one.program === program && one.version === version && one.protocol === protocol,
          )
          if (found !== undefined) onFound(caller, program, version)
          return found?.port ?? 0
        },
        write: (writer, port) => writer.u32(port),
      }),
    ],
    [PortmapProcedure.DUMP, procedure({ read: () => undefined, run: () => mappings, write: writeMappings })],
  ])
}

function rpcbindVersion(
  address: Ipv4Address,
  mappings: readonly Mapping[],
  alsoGetaddr: readonly number[],
): ProgramVersion {
  const bindings = mappings.flatMap(({ program, version, protocol, port }) =>
    NETIDS.filter(([, number]) => number === protocol).map(([netid]): Binding => ({
      program,
      version,
      netid,
      address: universalAddress(address, port),
      owner: OWNER,
    })),
  )
  const getaddr = procedure({
    read: readBinding,
    run: ({ program, version, netid }) =>
      bindings.find((one) => one.program === program && one.version === version && one.netid === netid)
        ?.address ?? '',
    write: writeString,
  })
  return new Map<number, Procedure>([
    [RpcbindProcedure.NULL, nullProcedure],
    [RpcbindProcedure.SET, refusal(readBinding)],
    [RpcbindProcedure.UNSET, refusal(readBinding)],
    [RpcbindProcedure.GETADDR, getaddr],
    ...alsoGetaddr.map((number) => [number, getaddr] as const),
    [RpcbindProcedure.DUMP, procedure({ read: () => undefined, run: () => bindings, write: writeBindings })],
    [
      RpcbindProcedure.GETTIME,
      procedure({
        read: () => undefined,
        run: () => Math.floor(Date.now() / 1000),
        write: (writer, seconds) => writer.u32(seconds),
      }),
    ],
  ])
}

function refusal(read: (reader: Reader) => unknown): Procedure {
  return procedure({ read, run: () => false, write: writeBoolean })
}
