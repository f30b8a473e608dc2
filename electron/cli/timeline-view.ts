/** The live timeline as text: for each client its milestones, its transfers, and what it waits for. */
import colors from 'picocolors'
import { diagnose } from '../clients/diagnosis.ts'
import { milestonesOf, rateOf, runningTransfers, type MilestoneView } from '../clients/progress.ts'
import type { Client, Session, Timeline, Transfer } from '../clients/timeline.ts'
import { formatBytes, formatRate, formatSeconds } from '../clients/units.ts'

const BAR_WIDTH = 24
const NAME_WIDTH = 24

/** `now` in milliseconds since the epoch; no line is wider than `columns`. */
export function renderTimeline(timeline: Timeline, now: number, columns = 80): string {
  const { session } = timeline
  if (session === undefined) return ''
  const clients = Object.values(timeline.clients)
  const body =
    clients.length === 0
      ? [colors.dim('  No target heard yet. Turn it on and let it boot from the network.')]
      : clients.flatMap((client) => renderClient(client, session, now))
  return ['', ...body].map((line) => clip(line, columns)).join('\n')
}

function renderClient(client: Client, session: Session, now: number): readonly string[] {
  const facts = [client.address, client.firmware === 'unknown' ? undefined : client.firmware.toUpperCase()]
  const again = client.boot === 1 ? '' : ` · boot ${client.boot}`
  const views = milestonesOf(client, session.milestones)
  const diagnosis = session.stopped === undefined ? diagnose(client, session.milestones, now) : undefined
  const lines = [
    `  ${colors.bold(client.id)}  ${colors.dim(facts.filter((fact) => fact !== undefined).join(' · ') + again)}`,
    ...renderMilestones(client, views),
    ...runningTransfers(client).map((transfer) => renderTransfer(transfer, now)),
  ]
  if (diagnosis === undefined) return [...lines, '']
  const colour =
    diagnosis.state === 'waiting' ? colors.dim : diagnosis.state === 'late' ? colors.yellow : colors.red
  const advice = diagnosis.advice === undefined ? [] : [`  ${colors.yellow(diagnosis.advice)}`]
  return [...lines, `  ${colour(diagnosis.text)}`, ...advice, '']
}

/** Words before colours: each state has a sign of its own. */
const SIGNS: Readonly<Record<MilestoneView['state'], string>> = {
  reached: colors.green('●'),
  unseen: colors.green('○'),
  current: colors.blue('◉'),
  waiting: colors.dim('○'),
}

function renderMilestones(client: Client, views: readonly MilestoneView[]): readonly string[] {
  let previous = client.bootStartedAt
  return views.map(({ milestone, state, at }) => {
    const title = state === 'waiting' ? colors.dim(milestone.title) : milestone.title
    const padding = ' '.repeat(Math.max(1, NAME_WIDTH - milestone.title.length))
    let time = state === 'unseen' ? colors.dim('not seen') : ''
    if (at !== undefined) {
      time = `+${formatSeconds((at - previous) / 1000)}`.padStart(9)
      previous = at
    }
    return `  ${SIGNS[state]} ${title}${padding}${time}`
  })
}

function renderTransfer(transfer: Transfer, now: number): string {
  const share = transfer.size === 0 ? 1 : transfer.bytes / transfer.size
  const filled = Math.round(share * BAR_WIDTH)
  const bar = colors.blue('█'.repeat(filled)) + colors.dim('░'.repeat(BAR_WIDTH - filled))
  const rate = rateOf(transfer, now)
  const numbers = [
    `${Math.floor(share * 100)} %`.padStart(5),
    `${formatBytes(transfer.bytes)} of ${formatBytes(transfer.size)}`,
    rate === undefined ? '' : formatRate(rate),
  ]
  return `    ${transfer.file.padEnd(NAME_WIDTH - 2)}${bar} ${numbers.join('  ')}`
}

/** Cuts a line at `columns`, counting what is seen and not the colour codes. */
function clip(line: string, columns: number): string {
  let seen = 0
  // eslint-disable-next-line no-control-regex -- colour codes start with the ESC control character
  return line.replace(/\u001b\[\d+m|./gu, (part) =>
    part.startsWith('\u001b') || ++seen <= columns ? part : '',
  )
}
