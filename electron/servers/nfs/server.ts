import { randomBytes } from 'node:crypto'
import type { Emit } from '../../clients/events.ts'
import { hasStreams, type Link } from '../../link/link.ts'
import { NFS_VERSION_2 } from '../../protocols/nfs/v2/program.ts'
import { NFS_PORT, NFS_PROGRAM, NFS_VERSION_3 } from '../../protocols/nfs/v3/program.ts'
import { MOUNT_PROGRAM } from '../../protocols/sunrpc/mount.ts'
import { PORTMAP_PORT } from '../../protocols/sunrpc/portmap.ts'
import { Company } from '../rpc/company.ts'
import { RpcDispatcher } from '../rpc/dispatcher.ts'
import { portmapProgram } from '../rpc/portmap.ts'
import type { Caller, Program } from '../rpc/program.ts'
import { serveDatagrams, serveStreams } from '../rpc/transports.ts'
import type { NfsServices } from './call.ts'
import { Exports, type ExportOptions, type Identify } from './exports.ts'
import { MOUNT_VERSIONS, mountProgram } from './mount-program.ts'
import { Reports } from './reports.ts'
import { nfsVersion2 } from './v2/version.ts'
import { nfsVersion3 } from './v3/version.ts'

/**
 * Where clients look. Most servers answer the mount protocol at 20048, so that firewalls know it; clients ask the
 * port mapper.
 */
export const STANDARD_PORTS = { portmap: PORTMAP_PORT, mount: 20048, nfs: NFS_PORT }

/** The most bytes of data in one reply. */
const STREAM_DATA = 1024 * 1024
/** Datagrams of 8 KiB and more go in pieces, of which none may be lost: what version 2 allows is the measure. */
const DATAGRAM_DATA = 8192

export interface NfsOptions {
  readonly exports: readonly ExportOptions[]
  /** At least 32 random bytes, which are to be kept: file handles hold as long as they are the same. */
  readonly secret: Uint8Array
  readonly ports?: { readonly portmap: number; readonly mount: number; readonly nfs: number }
}

export interface NfsServer {
  /** By the names of the services. */
  readonly ports: { readonly portmap: number; readonly mount: number; readonly nfs: number }
  /** Stops answering, ends all connections and closes all files. */
  close(): Promise<void>
}

/**
 * Serves exports by NFS versions 2 and 3 with the port mapper and the mount protocol, over UDP, and over TCP
 * where the link has it. Rejects with a `LinkError` when a port cannot be opened, and with the error of the
 * system when a folder cannot be read.
 */
export async function startNfsServer(link: Link, emit: Emit, options: NfsOptions): Promise<NfsServer> {
  const ports = options.ports ?? STANDARD_PORTS
  const exports = await Exports.open(options.exports, options.secret, identifyOn(link))
  const reports = new Reports(link, emit)
  const services: NfsServices = {
    exports,
    reports,
    dataLimit: ({ transport }: Caller) => (transport === 'tcp' ? STREAM_DATA : DATAGRAM_DATA),
    writeVerifier: randomBytes(8),
  }
  const nfs = new Map([
    [NFS_VERSION_2, nfsVersion2(services)],
    [NFS_VERSION_3, nfsVersion3(services)],
  ])
  const programs: readonly (readonly [number, Program])[] = [
    [ports.nfs, { number: NFS_PROGRAM, versions: nfs }],
    [ports.mount, mountProgram(exports, reports)],
    [
      // Last: who finds the port mapper finds everything else.
      ports.portmap,
      portmapProgram(
        link.address,
        [
          { program: NFS_PROGRAM, versions: [...nfs.keys()], port: ports.nfs },
          { program: MOUNT_PROGRAM, versions: MOUNT_VERSIONS, port: ports.mount },
        ],
        (caller, program, version) =>
          reports.portAsked(caller, program === NFS_PROGRAM ? 'nfs' : 'mount', version),
      ),
    ],
  ]
  const company = new Company()
  const opened: { close(): void }[] = []
  const close = async () => {
    for (const each of opened) each.close()
    reports.close()
    await exports.close()
  }
  try {
    for (const [port, program] of programs) {
      const dispatcher = new RpcDispatcher([program], (error) => emit(faultNotice(error)))
      opened.push(await serveDatagrams(link, port, dispatcher, company))
      if (hasStreams(link)) opened.push(await serveStreams(link, port, dispatcher, company))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { ports, close }
}

function faultNotice(error: unknown) {
  const text = `An NFS request could not be answered: ${error instanceof Error ? error.message : String(error)}.`
  return { type: 'notice', level: 'advice', text } as const
}

/** How long an address is taken to be that of the same machine, in milliseconds. */
const SAME_MACHINE = 30_000

/** A machine is told by its hardware address, whatever address it is given, as far as the link knows it. */
function identifyOn(link: Link): Identify {
  const known = new Map<string, { readonly name: Promise<string>; readonly until: number }>()
  return (address) => {
    const now = performance.now()
    const recent = known.get(address)
    if (recent !== undefined && now < recent.until) return recent.name
    const name = link.hardwareAddressOf(address).then(
      (mac) => (mac ?? address).replaceAll(':', '-'),
      () => address,
    )
    known.set(address, { name, until: now + SAME_MACHINE })
    return name
  }
}
