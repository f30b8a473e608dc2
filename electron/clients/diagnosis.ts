/** What a client waits for, how long that is normal, and what to do when it is not normal any more. */
import type { Milestone } from './events.ts'
import { runningTransfers, waitingFor } from './progress.ts'
import type { Client } from './timeline.ts'

export interface Diagnosis {
  /** `waiting` is normal; `late` has taken longer than it should; `stopped` will not go on by itself. */
  readonly state: 'waiting' | 'late' | 'stopped'
  readonly text: string
  /** What to try first; absent while nothing is wrong. */
  readonly advice?: string
}

/** A step is late after three times its usual duration, and never before five seconds. */
const LATE_FACTOR = 3
const LATE_FLOOR_SECONDS = 5

/** Undefined once the client has passed its last milestone, or all but those that not every target passes. */
export function diagnose(
  client: Client,
  milestones: readonly Milestone[],
  now: number,
): Diagnosis | undefined {
  const waiting = waitingFor(client, milestones)
  if (waiting === undefined) return undefined
  if (client.unsupported !== undefined) return { state: 'stopped', text: client.unsupported }

  const { milestone, since } = waiting
  if (milestone.optional === true) return undefined
  // A running transfer is progress: what follows it cannot be late yet.
  const quietSince = runningTransfers(client).length > 0 ? now : Math.max(since, lastActivity(client))
  const quietSeconds = (now - quietSince) / 1000
  const text = `Waiting for "${milestone.title}", normally ${describeSeconds(milestone.usualSeconds)}.`
  if (quietSeconds <= Math.max(LATE_FLOOR_SECONDS, milestone.usualSeconds * LATE_FACTOR))
    return { state: 'waiting', text }
  return {
    state: 'late',
    text: `"${milestone.title}" has not come for ${Math.round(quietSeconds)} s; ${describeSeconds(milestone.usualSeconds)} is usual.`,
    advice: adviceFor(client, milestone),
  }
}

/** What to try first when a client does not reach `milestone`: what went wrong on the way, then what helps in general. */
export function adviceFor(client: Client, milestone: Milestone): string {
  return [...failures(client), milestone.advice].join(' ')
}

/** What went wrong on the way, most telling first, each a sentence. */
function failures(client: Client): readonly string[] {
  const missing = client.missing.findLast(({ expected }) => !expected)
  const broken = client.transfers.findLast(
    ({ end }) => end !== undefined && !['complete', 'size-check', 'partial'].includes(end.outcome),
  )
  const sentences: string[] = []
  if (missing !== undefined)
    sentences.push(
      `It asked for "${missing.file}", which is not served${missing.nearest === undefined ? '' : `; "${missing.nearest}" is`}.`,
    )
  if (broken !== undefined)
    sentences.push(
      `Fetching "${broken.file}" ended after ${broken.bytes} of ${broken.size} bytes${broken.end?.text === undefined ? '' : `: ${broken.end.text}`}.`,
    )
  return sentences
}

function lastActivity(client: Client): number {
  return Math.max(0, ...client.transfers.map(({ startedAt, end }) => end?.at ?? startedAt))
}

function describeSeconds(seconds: number): string {
  return seconds < 1 ? 'under a second' : `${seconds} s`
}
