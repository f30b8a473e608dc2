/** Questions that every face asks of a timeline. Times are milliseconds since the epoch. */
import type { Milestone } from './events.ts'
import type { Client, Transfer } from './timeline.ts'

/** `unseen`: a later one was reached, so the target passed it where the server could not see it. */
export type MilestoneState = 'reached' | 'unseen' | 'current' | 'waiting'

export interface MilestoneView {
  readonly milestone: Milestone
  readonly state: MilestoneState
  readonly at?: number
}

/** The chain's milestones as this client stands on them, in order. */
export function milestonesOf(client: Client, milestones: readonly Milestone[]): readonly MilestoneView[] {
  const last = milestones.findLastIndex(({ id }) => client.reached[id] !== undefined)
  return milestones.map((milestone, index) => {
    const at = client.reached[milestone.id]
    if (at !== undefined) return { milestone, state: 'reached', at }
    if (index < last) return { milestone, state: 'unseen' }
    return { milestone, state: index === last + 1 ? 'current' : 'waiting' }
  })
}

/** Whether the client has passed every milestone, but for those that only some targets pass. */
export function isComplete(client: Client, milestones: readonly Milestone[]): boolean {
  return milestonesOf(client, milestones).every(
    ({ milestone, state }) => milestone.optional === true || state === 'reached' || state === 'unseen',
  )
}

/** What the client has yet to reach, and since when it has been on the way. */
export function waitingFor(
  client: Client,
  milestones: readonly Milestone[],
): { readonly milestone: Milestone; readonly since: number } | undefined {
  const next = milestonesOf(client, milestones).find(({ state }) => state === 'current')
  if (next === undefined) return undefined
  const times = Object.values(client.reached)
  return { milestone: next.milestone, since: times.length === 0 ? client.bootStartedAt : Math.max(...times) }
}

/** Bytes a second, from a transfer's start to its end or to `now`; undefined before there is anything to tell. */
export function rateOf(transfer: Transfer, now: number): number | undefined {
  const seconds = ((transfer.end?.at ?? now) - transfer.startedAt) / 1000
  return seconds > 0 && transfer.bytes > 0 ? transfer.bytes / seconds : undefined
}

/** Files being fetched right now. */
export function runningTransfers(client: Client): readonly Transfer[] {
  return client.transfers.filter(({ end }) => end === undefined)
}
