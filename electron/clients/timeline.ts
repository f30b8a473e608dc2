/**
 * What each client is doing, worked out from the stream of events and from nothing else. `reduce` is pure: the
 * same events give the same timeline, in a face, in a test, and from a saved journal.
 */
import type { BootEvent, DhcpMode, Firmware, HappeningOf, Milestone, MilestoneTrigger } from './events.ts'

export interface Transfer {
  readonly id: number
  readonly protocol: HappeningOf<'transfer-started'>['protocol']
  readonly file: string
  readonly size: number
  readonly startedAt: number
  readonly bytes: number
  readonly blockSize: number
  readonly windowSize: number
  /** Absent while it runs. */
  readonly end?: {
    readonly at: number
    readonly outcome: HappeningOf<'transfer-ended'>['outcome']
    readonly text?: string
  }
}

export interface MissingName {
  readonly at: number
  readonly file: string
  readonly expected: boolean
  readonly nearest?: string
}

/** One boot of one client: from the firmware's first packet to its next one after a reset. */
export interface Client {
  /** Its hardware address; its IP address where the link could not tell. */
  readonly id: string
  readonly address?: string
  readonly firmware: Firmware
  /** 1 for the first boot seen in this session. */
  readonly boot: number
  readonly bootStartedAt: number
  readonly lastHeardAt: number
  /** When each milestone of the chain was reached, by its id. */
  readonly reached: Readonly<Record<string, number>>
  readonly transfers: readonly Transfer[]
  readonly missing: readonly MissingName[]
  /** Why it cannot boot by this chain, if it cannot. */
  readonly unsupported?: string
  readonly console: readonly string[]
}

export interface Session {
  readonly startedAt: number
  readonly chain: string
  readonly chainTitle: string
  readonly dhcp: DhcpMode
  readonly milestones: readonly Milestone[]
  readonly link: HappeningOf<'session-started'>['link']
  readonly stopped?: { readonly at: number; readonly reason: string }
}

export interface Timeline {
  readonly session?: Session
  readonly clients: Readonly<Record<string, Client>>
  /** Which client a running or finished transfer belongs to. */
  readonly transferOwners: Readonly<Record<number, string>>
}

export const emptyTimeline: Timeline = { clients: {}, transferOwners: {} }

const KEPT_CONSOLE_LINES = 200
const KEPT_TRANSFERS = 64
/** A flood of invented clients must not fill the memory of a face: the one silent for longest makes room. */
const KEPT_CLIENTS = 256
const KEPT_OWNERS = 4096

export function reduce(timeline: Timeline, event: BootEvent): Timeline {
  switch (event.type) {
    case 'session-started':
      return { ...emptyTimeline, session: sessionOf(event) }
    case 'session-stopped':
      return timeline.session === undefined
        ? timeline
        : { ...timeline, session: { ...timeline.session, stopped: { at: event.at, reason: event.reason } } }
    case 'dhcp-received':
      return dhcpReceived(timeline, event)
    case 'dhcp-sent':
      return dhcpSent(timeline, event)
    case 'firmware-unsupported':
      return change(timeline, event.client, event.at, (client) => ({
        ...client,
        firmware: event.firmware,
        unsupported: event.text,
      }))
    case 'transfer-started':
      return transferStarted(timeline, event)
    case 'transfer-progress':
      return changeTransfer(timeline, event, (transfer) => ({ ...transfer, bytes: event.bytes }))
    case 'transfer-ended':
      return transferEnded(timeline, event)
    case 'file-missing':
    case 'nfs-lookup-missed':
      return fileMissing(timeline, event)
    case 'nfs-mounted':
      return nfsMounted(timeline, event)
    case 'machine-started':
      return {
        ...timeline,
        clients: { ...timeline.clients, [event.client]: firstSight(event.client, event.at, 1) },
      }
    case 'nfs-port-asked':
      return portAsked(timeline, event)
    case 'console-line':
      return consoleLine(timeline, event)
    case 'console-prompt':
      return reachByConsole(timeline, event.client, event.at, event.text)
    default:
      return timeline
  }
}

function sessionOf(event: BootEvent & { type: 'session-started' }): Session {
  const { at, chain, chainTitle, dhcp, milestones, link } = event
  return { startedAt: at, chain, chainTitle, dhcp, milestones, link }
}

type At<T extends BootEvent['type']> = HappeningOf<T> & { readonly at: number }

function dhcpReceived(timeline: Timeline, event: At<'dhcp-received'>): Timeline {
  if (event.ignored !== undefined && timeline.clients[event.client] === undefined) return timeline
  const next = change(timeline, event.client, event.at, (client) => {
    const current = isReset(client, event) ? firstSight(client.id, event.at, client.boot + 1) : client
    return event.firmware === 'unknown' ? current : { ...current, firmware: event.firmware }
  })
  return reach(next, event.client, event.at, (trigger) => trigger.on === 'heard')
}

/**
 * Firmware starts over with a DISCOVER of its own kind. Loaders and kernels ask for an address again too, but
 * not as a `PXEClient`, and a ROM repeats its DISCOVER before it has fetched anything.
 */
function isReset(client: Client, event: At<'dhcp-received'>): boolean {
  const fromFirmware = event.message === 'DISCOVER' && event.vendorClass?.startsWith('PXEClient') === true
  return fromFirmware && client.transfers.some(({ end }) => end?.outcome === 'complete')
}

function dhcpSent(timeline: Timeline, event: At<'dhcp-sent'>): Timeline {
  const isBound = !event.proxy && (event.message === 'ACK' || event.message === 'BOOTREPLY')
  if (!isBound) return timeline
  const next = change(timeline, event.client, event.at, (client) =>
    event.address === undefined ? client : { ...client, address: event.address },
  )
  return reach(next, event.client, event.at, (trigger) => trigger.on === 'address')
}

function transferStarted(timeline: Timeline, event: At<'transfer-started'>): Timeline {
  const owner = event.client ?? clientAt(timeline, event.address)
  const started: Transfer = {
    id: event.transfer,
    protocol: event.protocol,
    file: event.file,
    size: event.size,
    startedAt: event.at,
    bytes: 0,
    blockSize: event.blockSize,
    windowSize: event.windowSize,
  }
  const next = change(timeline, owner, event.at, (client) => ({
    ...client,
    address: event.address,
    transfers: [...client.transfers, started].slice(-KEPT_TRANSFERS),
  }))
  return reach(
    { ...next, transferOwners: ownersWith(next.transferOwners, event.transfer, owner) },
    owner,
    event.at,
    // Beside another DHCP server, the first request is how we learn that the client has an address.
    (trigger) =>
      trigger.on === 'heard' ||
      trigger.on === 'address' ||
      (trigger.on === 'transfer-started' && trigger.file === event.file),
  )
}

function transferEnded(timeline: Timeline, event: At<'transfer-ended'>): Timeline {
  const next = changeTransfer(timeline, event, (transfer) => ({
    ...transfer,
    bytes: event.bytes,
    end: { at: event.at, outcome: event.outcome, ...(event.text === undefined ? {} : { text: event.text }) },
  }))
  const owner = timeline.transferOwners[event.transfer]
  if (owner === undefined || event.outcome !== 'complete') return next
  const ended = next.clients[owner]?.transfers.find(({ id }) => id === event.transfer)
  return reach(
    next,
    owner,
    event.at,
    (trigger) =>
      (trigger.on === 'transfer-complete' && trigger.file === ended?.file) ||
      (trigger.on === 'file-read' && ended?.protocol === 'nfs'),
  )
}

function fileMissing(timeline: Timeline, event: At<'file-missing' | 'nfs-lookup-missed'>): Timeline {
  const missing: MissingName = {
    at: event.at,
    file: event.file,
    expected: event.expected,
    ...(event.nearest === undefined ? {} : { nearest: event.nearest }),
  }
  return change(timeline, event.client ?? clientAt(timeline, event.address), event.at, (client) => ({
    ...client,
    missing: [...client.missing, missing].slice(-KEPT_TRANSFERS),
  }))
}

function nfsMounted(timeline: Timeline, event: At<'nfs-mounted'>): Timeline {
  const owner = event.client ?? clientAt(timeline, event.address)
  const next = change(timeline, owner, event.at, (client) => ({ ...client, address: event.address }))
  return reach(
    next,
    owner,
    event.at,
    (trigger) =>
      trigger.on === 'heard' ||
      trigger.on === 'address' ||
      (trigger.on === 'mounted' && (trigger.path === undefined || trigger.path === event.path)),
  )
}

function portAsked(timeline: Timeline, event: At<'nfs-port-asked'>): Timeline {
  const owner = event.client ?? clientAt(timeline, event.address)
  const next = change(timeline, owner, event.at, (client) => ({ ...client, address: event.address }))
  return reach(next, owner, event.at, (trigger) => trigger.on === 'port-asked')
}

function consoleLine(timeline: Timeline, event: At<'console-line'>): Timeline {
  const next = change(timeline, event.client, event.at, (client) => ({
    ...client,
    console: [...client.console, event.line].slice(-KEPT_CONSOLE_LINES),
  }))
  return reachByConsole(next, event.client, event.at, event.line)
}

function reachByConsole(timeline: Timeline, client: string, at: number, text: string): Timeline {
  return reach(
    timeline,
    client,
    at,
    (trigger, isNext) =>
      // Any line will do only where nothing but the kernel can be speaking: after all that was loaded before it.
      trigger.on === 'console' && (trigger.text === '' ? isNext : text.includes(trigger.text)),
  )
}

function firstSight(id: string, at: number, boot: number): Client {
  return {
    id,
    firmware: 'unknown',
    boot,
    bootStartedAt: at,
    lastHeardAt: at,
    reached: {},
    transfers: [],
    missing: [],
    console: [],
  }
}

function change(timeline: Timeline, id: string, at: number, edit: (client: Client) => Client): Timeline {
  const client = timeline.clients[id] ?? firstSight(id, at, 1)
  const clients = timeline.clients[id] === undefined ? withRoom(timeline.clients) : timeline.clients
  return { ...timeline, clients: { ...clients, [id]: { ...edit(client), lastHeardAt: at } } }
}

function withRoom(clients: Timeline['clients']): Timeline['clients'] {
  const all = Object.values(clients)
  if (all.length < KEPT_CLIENTS) return clients
  const quietest = all.reduce((one, other) => (other.lastHeardAt < one.lastHeardAt ? other : one))
  return Object.fromEntries(Object.entries(clients).filter(([id]) => id !== quietest.id))
}

/** Forgets the owners of the oldest transfers; their numbers rise. */
function ownersWith(
  owners: Timeline['transferOwners'],
  transfer: number,
  owner: string,
): Timeline['transferOwners'] {
  const entries = Object.entries(owners)
  const kept = entries.length < KEPT_OWNERS ? owners : Object.fromEntries(entries.slice(KEPT_OWNERS / 2))
  return { ...kept, [transfer]: owner }
}

function changeTransfer(
  timeline: Timeline,
  event: { readonly transfer: number; readonly at: number },
  edit: (transfer: Transfer) => Transfer,
): Timeline {
  const owner = timeline.transferOwners[event.transfer]
  if (owner === undefined) return timeline
  return change(timeline, owner, event.at, (client) => ({
    ...client,
    transfers: client.transfers.map((transfer) =>
      transfer.id === event.transfer ? edit(transfer) : transfer,
    ),
  }))
}

/** Marks every milestone whose trigger fits, once. `isNext`: the one before it is reached. */
function reach(
  timeline: Timeline,
  id: string,
  at: number,
  fits: (trigger: MilestoneTrigger, isNext: boolean) => boolean,
): Timeline {
  const client = timeline.clients[id]
  const milestones = timeline.session?.milestones ?? []
  if (client === undefined) return timeline
  const fresh = milestones.filter((milestone, index) => {
    const previous = milestones[index - 1]
    const isNext = previous === undefined || client.reached[previous.id] !== undefined
    const isDue = milestone.after === undefined || client.reached[milestone.after] !== undefined
    return isDue && client.reached[milestone.id] === undefined && fits(milestone.trigger, isNext)
  })
  if (fresh.length === 0) return timeline
  const reached = { ...client.reached, ...Object.fromEntries(fresh.map((milestone) => [milestone.id, at])) }
  return { ...timeline, clients: { ...timeline.clients, [id]: { ...client, reached } } }
}

function clientAt(timeline: Timeline, address: string): string {
  const known = Object.values(timeline.clients).find((client) => client.address === address)
  return known?.id ?? address
}
