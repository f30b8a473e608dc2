/** One readable line for each event: the log of every face. */
import type { BootEvent, HappeningOf } from './events.ts'
import { milestonesOf } from './progress.ts'
import type { Timeline, Transfer } from './timeline.ts'
import { formatBytes, formatRate, formatSeconds } from './units.ts'

/** Who speaks, shown in a column of its own. */
export type Topic = 'Session' | 'Link' | 'DHCP' | 'TFTP' | 'NFS' | 'Target' | 'Advice' | 'Stopped'

export interface LogLine {
  readonly topic: Topic
  readonly text: string
  /** Grey text: true, expected, and of no interest to most. */
  readonly quiet: boolean
}

/** Undefined for events that are no news of their own, such as progress. `timeline` already holds the event. */
export function describe(event: BootEvent, timeline: Timeline): LogLine | undefined {
  switch (event.type) {
    case 'session-started':
      return line('Session', describeSession(event))
    case 'session-stopped':
      return line('Session', `Stopped: ${event.reason}`)
    case 'privileges-dropped':
      return line('Session', `Sockets are open; running as ${event.user} (uid ${event.uid}) from here on`)
    case 'link-changed':
      return line('Link', event.text)
    case 'notice':
      return line(
        event.level === 'info' ? 'Session' : event.level === 'advice' ? 'Advice' : 'Stopped',
        event.remedy === undefined ? event.text : `${event.text} ${event.remedy}`,
      )
    case 'dhcp-received':
      return event.ignored === undefined
        ? line('DHCP', `${event.client} ${event.message}${describeFirmware(event)}`)
        : line('DHCP', `${event.client} ${event.message} not answered: ${event.ignored}`, true)
    case 'dhcp-sent':
      return line('DHCP', describeAnswer(event))
    case 'dhcp-foreign-server':
      return line('Advice', event.text)
    case 'firmware-unsupported':
      return line('Stopped', `${event.client}: ${event.text}`)
    case 'transfer-started':
      return line(event.protocol === 'nfs' ? 'NFS' : 'TFTP', describeStart(event), true)
    case 'artefact-progress':
      return describeArtefact(event)
    case 'transfer-progress':
      return undefined
    case 'transfer-ended':
      return describeEnd(event, timeline)
    case 'file-missing':
      return line('TFTP', describeMissing(event), event.expected)
    case 'nfs-mounted':
      return line('NFS', `${event.client ?? event.address} mounted ${event.path}`)
    case 'nfs-port-asked':
      return line(
        'NFS',
        `${event.client ?? event.address} asked for the port of ${event.program} version ${event.version}`,
        true,
      )
    case 'nfs-lookup-missed':
      return line('NFS', `${event.file} is not there${meant(event)}`, event.expected)
    case 'request-refused':
      return line(
        event.protocol === 'nfs' ? 'NFS' : 'TFTP',
        `${event.address} asked for ${event.file}, refused: ${event.text}`,
      )
    case 'machine-started':
      return line('Target', event.description)
    case 'console-line':
      return line('Target', event.line)
    case 'console-prompt':
      return line('Target', event.text)
    case 'machine-stopped':
      return line('Target', event.text)
  }
}

function line(topic: Topic, text: string, quiet = false): LogLine {
  return { topic, text, quiet }
}

/** Told at its start and at its end; what is between is a bar's to show. */
function describeArtefact({ name, bytes, size }: HappeningOf<'artefact-progress'>): LogLine | undefined {
  if (bytes === 0) return line('Session', `Making ${name}, ${formatBytes(size)}`)
  return bytes === size ? line('Session', `Made ${name}`) : undefined
}

function describeSession(event: HappeningOf<'session-started'>): string {
  const { link, pool, allow, exports = [] } = event
  const who = allow.length === 0 ? 'anyone on the link' : allow.join(', ')
  const addresses = pool === undefined ? '' : `, giving out ${pool.first} to ${pool.last}`
  const folders = exports.map(
    ({ path, folder, writable }) =>
      `, ${folder} at nfs://${link.address}${path} ${writable ? '(writable)' : '(read-only)'}`,
  )
  return `${event.chainTitle} on ${link.name} (${link.address}/${link.prefixLength}), DHCP ${event.dhcp}${addresses}, answering ${who}${folders.join('')}`
}

function describeFirmware(event: HappeningOf<'dhcp-received'>): string {
  if (event.firmware === 'unknown') return ''
  return event.firmware === 'bios' ? ' (BIOS)' : ' (UEFI)'
}

function describeAnswer(event: HappeningOf<'dhcp-sent'>): string {
  const address = event.address === undefined ? '' : ` ${event.address}`
  const file = event.bootFile === undefined || event.bootFile === '' ? '' : `, boot file ${event.bootFile}`
  return `${event.client} ${event.message}${event.proxy ? ' (proxy)' : ''}${address}${file}`
}

function describeStart(event: HappeningOf<'transfer-started'>): string {
  const window = event.windowSize === 1 ? '' : `, window ${event.windowSize}`
  return `${event.file} started, ${formatBytes(event.size)}, block ${event.blockSize}${window}`
}

function describeEnd(event: BootEvent & { type: 'transfer-ended' }, timeline: Timeline): LogLine {
  const transfer = transferOf(timeline, event.transfer)
  const topic = transfer?.protocol === 'nfs' ? 'NFS' : 'TFTP'
  const file = transfer?.file ?? 'a file'
  const resent = event.resent === 0 ? '' : `, ${event.resent} blocks sent again`
  const detail = event.text === undefined ? '' : `: ${event.text}`
  const share = `${file} after ${formatBytes(event.bytes)}`
  switch (event.outcome) {
    case 'complete': {
      const rate = event.seconds > 0 ? ` (${formatRate(event.bytes / event.seconds)})` : ''
      return line(
        topic,
        `${file} ${formatBytes(event.bytes)} in ${formatSeconds(event.seconds)}${rate}${resent}`,
      )
    }
    case 'size-check':
      return line(topic, `${file} size asked, not fetched`, true)
    case 'client-stopped':
      return line(topic, `The client stopped ${share}${detail}`)
    case 'silent':
      return line(topic, `The client fell silent: ${share}${detail}`)
    case 'partial':
      return line(topic, `${file} read in part, ${formatBytes(event.bytes)}`, true)
    case 'failed':
      return line('Stopped', `Could not go on serving ${share}${detail}`)
  }
}

function describeMissing(event: HappeningOf<'file-missing'>): string {
  if (event.expected) return `${event.file} not served (expected)`
  return `${event.file} is not served${meant(event)}`
}

function meant({ nearest }: HappeningOf<'file-missing' | 'nfs-lookup-missed'>): string {
  return nearest === undefined ? '' : `; did it mean ${nearest}?`
}

function transferOf(timeline: Timeline, id: number): Transfer | undefined {
  const owner = timeline.transferOwners[id]
  return owner === undefined
    ? undefined
    : timeline.clients[owner]?.transfers.find((transfer) => transfer.id === id)
}

/** The milestones that `after` has reached and `before` had not, with how long each took since the one before. */
export function newMilestones(
  before: Timeline,
  after: Timeline,
): readonly { readonly client: string; readonly title: string; readonly seconds: number }[] {
  const milestones = after.session?.milestones ?? []
  return Object.values(after.clients).flatMap((client) => {
    const known = before.clients[client.id]
    if (known?.reached === client.reached) return []
    const earlier = known?.boot === client.boot ? known.reached : {}
    let previous = client.bootStartedAt
    return milestonesOf(client, milestones).flatMap(({ milestone, at }) => {
      if (at === undefined) return []
      const seconds = (at - previous) / 1000
      previous = at
      return earlier[milestone.id] === undefined
        ? [{ client: client.id, title: milestone.title, seconds }]
        : []
    })
  })
}
