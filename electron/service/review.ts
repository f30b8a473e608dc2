/** What a session would run and serve, told before it is started. */
import type { Hint } from '../chains/chain.ts'
import type { DhcpMode, Emit, Milestone } from '../clients/events.ts'
import { readInterfaces } from '../link/interfaces.ts'
import { noAddress, noInterface } from '../link/nic/errors.ts'
import { WIRE_SUBNET } from '../link/wire/wire.ts'
import type { Ipv4Address, Subnet } from '../protocols/addresses.ts'
import { defaultPool, type AddressPool } from '../servers/dhcp/pool.ts'
import { STANDARD_PORTS } from '../servers/nfs/server.ts'
import { readSubnet } from './address.ts'
import type { LinkChoice, StartOptions } from './commands.ts'
import { contentsOf, type Contents } from './contents.ts'
import { nfsServices, sourceOf, type ServiceRecord } from './exporting.ts'
import { recordFiles, type FileRecord } from './hashing.ts'
import { needsNfs, planSession } from './planning/index.ts'
import type { PlanningContext } from './planning/planner.ts'
import { artefactFolder } from './state-folder.ts'

export interface Review {
  readonly chain: { readonly id: string; readonly title: string }
  readonly link: { readonly name: string; readonly address: Ipv4Address; readonly prefixLength: number }
  readonly services: readonly ServiceRecord[]
  readonly dhcp: DhcpMode
  /** Absent unless addresses are given out. */
  readonly pool?: AddressPool
  /** Who is answered; empty means anyone on the link. */
  readonly allow: readonly string[]
  readonly exports: readonly {
    readonly path: string
    readonly folder: string
    readonly writable: boolean
    readonly contents: Contents
  }[]
  readonly files: readonly FileRecord[]
  readonly hints: readonly Hint[]
  readonly milestones: readonly Milestone[]
}

/** Opens no port and changes no interface. Rejects as starting would, for all that can be known before. */
export async function reviewSession(options: StartOptions, emit: Emit): Promise<Review> {
  const link = await linkOf(options.link)
  const { chain, plan, exports } = await planSession(options, planningContext(options, link.address, emit))
  const { mode, allow } = options.dhcp
  return {
    chain: { id: chain.id, title: chain.title },
    link,
    services: servicesOf(options, plan.files.length > 0),
    dhcp: mode,
    ...(mode === 'full' ? { pool: defaultPool(link) } : {}),
    allow,
    exports: await Promise.all(
      exports.map(async (one) => ({
        path: one.path,
        folder: sourceOf(one),
        writable: one.writable,
        contents: await contentsOf(one),
      })),
    ),
    files: await recordFiles(plan.files),
    hints: plan.hints ?? [],
    milestones: plan.milestones,
  }
}

export function planningContext({ link }: StartOptions, address: Ipv4Address, emit: Emit): PlanningContext {
  return { address, watchesConsole: link.kind === 'wire', artefacts: artefactFolder(), emit }
}

async function linkOf(choice: LinkChoice): Promise<Review['link']> {
  if (choice.kind === 'wire') return { name: 'wire', ...WIRE_SUBNET }
  const { name, address: text } = choice
  const interfaces = await readInterfaces()
  const facts = interfaces.find((one) => one.name === name)
  if (facts === undefined) throw noInterface(name, interfaces)
  const subnet: Subnet | undefined = text === undefined ? facts.addresses[0] : readSubnet(text)
  if (subnet === undefined) throw noAddress(name)
  return { name, address: subnet.address, prefixLength: subnet.prefixLength }
}

function servicesOf(options: StartOptions, servesFiles: boolean): ServiceRecord[] {
  const { mode } = options.dhcp
  return [
    ...(servesFiles ? [{ name: 'TFTP', port: 69 }] : []),
    ...(needsNfs(options) ? nfsServices(STANDARD_PORTS) : []),
    ...(mode === 'off' ? [] : [{ name: 'DHCP', port: 67 }]),
    ...(mode === 'proxy' ? [{ name: 'ProxyDHCP', port: 4011 }] : []),
  ]
}
