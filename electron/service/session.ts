import type { Emit } from '../clients/events.ts'
import type { Link } from '../link/link.ts'
import { ServedTree } from '../chains/tree.ts'
import { FileLeaseStore } from '../servers/dhcp/lease-store.ts'
import { probeForServers } from '../servers/dhcp/probe.ts'
import { DhcpServer } from '../servers/dhcp/server.ts'
import { startTftpServer } from '../servers/tftp/server.ts'
import type { DhcpChoice } from './commands.ts'
import { ServiceFailure } from './failure.ts'
import { recordFiles } from './hashing.ts'
import { sourceOf, startExporting, type ServiceRecord } from './exporting.ts'
import { watchKernels } from './kernel-watch.ts'
import type { PlannedSession } from './planning/index.ts'
import { leaseFile } from './state-folder.ts'

export interface SessionOptions {
  readonly link: Link
  readonly planned: PlannedSession
  readonly dhcp: DhcpChoice
  /** Whether anyone else can be on the link: not on a virtual one. */
  readonly isShared: boolean
  readonly emit: Emit
}

/** The servers of one link with one chain, from start to stop. */
export class Session {
  readonly #closers: (() => void | Promise<void>)[] = []

  /** Rejects, with everything closed again, when a server cannot start or another DHCP server is on the link. */
  static async start(options: SessionOptions): Promise<Session> {
    const session = new Session()
    try {
      await session.#start(options)
    } catch (error) {
      await session.close()
      throw error
    }
    return session
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }

  async #start({ link, planned, dhcp, isShared, emit }: SessionOptions): Promise<void> {
    const { chain, plan, exports } = planned
    this.#closers.push(
      link.onChange((change) => {
        // Of a virtual target, its start and end tell more than its cable does.
        if (isShared || change.state === 'error') emit(describeChange(link.name, change))
      }),
    )
    const files = await recordFiles(plan.files)
    if (isShared && dhcp.mode === 'full' && !dhcp.force) await requireNoOtherServer(link, emit)

    const services: ServiceRecord[] = []
    if (plan.files.length > 0) {
      const tree = new ServedTree(plan.files, (name) => plan.expectsMiss(name))
      const tftp = await startTftpServer(link, tree, emit)
      this.#closers.push(() => tftp.close())
      services.push({ name: 'TFTP', port: tftp.port })
    }
    if (exports.length > 0) {
      const exporting = await startExporting(link, exports, emit)
      this.#closers.push(() => exporting.close())
      services.push(...exporting.services)
      for (const { source, watched } of exports)
        if (source.kind === 'folder' && watched === true)
          this.#closers.push(await watchKernels(source.folder, emit))
    }

    let pool: DhcpServer['pool']
    if (dhcp.mode !== 'off') {
      const server = await DhcpServer.start(link, {
        mode: dhcp.mode,
        bootAnswer: (client) => plan.answer(client),
        emit,
        allow: dhcp.allow,
        fixed: new Map(dhcp.fixed.map(({ mac, address }) => [mac, address])),
        ...(isShared ? { leaseStore: leaseStore(link.name, emit) } : {}),
      })
      this.#closers.push(() => server.close())
      pool = server.pool
      services.push({ name: 'DHCP', port: 67 })
      if (dhcp.mode === 'proxy') services.push({ name: 'ProxyDHCP', port: 4011 })
    }
    emit({
      type: 'session-started',
      chain: chain.id,
      chainTitle: chain.title,
      milestones: [...plan.milestones],
      link: {
        name: link.name,
        address: link.address,
        prefixLength: link.prefixLength,
        mac: link.hardwareAddress,
      },
      dhcp: dhcp.mode,
      ...(pool === undefined ? {} : { pool }),
      allow: [...dhcp.allow],
      services,
      ...(exports.length === 0
        ? {}
        : {
            exports: exports.map((one) => ({
              path: one.path,
              folder: sourceOf(one),
              writable: one.writable,
            })),
          }),
      files,
      ...(plan.hints === undefined ? {} : { hints: [...plan.hints] }),
    })
  }
}

async function requireNoOtherServer(link: Link, emit: Emit): Promise<void> {
  emit({
    type: 'notice',
    level: 'info',
    text: `Looking for other DHCP servers on ${link.name} first.`,
  })
  const others = (await probeForServers(link, { emit })).filter(({ isProxy }) => !isProxy)
  const [other] = others
  if (other === undefined) return
  const all = others.map(({ address }) => address).join(' and ')
  const offer = other.offered === undefined ? '' : ` It offered ${other.offered}.`
  throw new ServiceFailure(
    'other-dhcp-server',
    `Another DHCP server, ${all}, answers on ${link.name}.${offer} With two, a target boots or not by which of them ` +
      'answers first, and other machines there may get addresses that lead nowhere.',
    [
      { action: 'answer-beside' },
      'Connect the target by a cable of its own, or end the other server: this may be connection sharing on this computer.',
      { action: 'answer-anyway' },
    ],
  )
}

function leaseStore(linkName: string, emit: Emit): FileLeaseStore {
  return new FileLeaseStore(leaseFile(linkName), (text, remedy) =>
    emit({ type: 'notice', level: 'info', text, ...(remedy === undefined ? {} : { remedy }) }),
  )
}

type Change = Parameters<Parameters<Link['onChange']>[0]>[0]

function describeChange(name: string, change: Change) {
  const text = {
    up: `The cable of ${name} is plugged in; the link is up.`,
    down: `The link of ${name} is down: the cable was pulled, or the target is off. The session goes on when it is back.`,
    removed: `${name} was removed. The session goes on when it is back.`,
    returned: `${name} is back, and its ports are open again.`,
    error: change.state === 'error' ? change.reason : '',
  }[change.state]
  return { type: 'link-changed', state: change.state, text } as const
}
