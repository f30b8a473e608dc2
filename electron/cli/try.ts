import { resolve } from 'node:path'
import type { NicModel } from '../api/contract.ts'
import { adviceFor } from '../clients/diagnosis.ts'
import { waitingFor } from '../clients/progress.ts'
import type { Timeline } from '../clients/timeline.ts'
import { formatSeconds } from '../clients/units.ts'
import { chainChoice, exportChoices, type ChainOptions, type ExportOptions } from './choices.ts'
import { startRun } from './run.ts'

interface TryOptions extends ChainOptions, ExportOptions {
  readonly memory: number
  readonly nic: NicModel
  readonly type: readonly string[]
  readonly faults?: string
  readonly until?: string
  readonly timeout: number
  readonly screenshot?: string
  readonly capture?: string
}

/** After its last milestone a target may still be writing its last lines. */
const SETTLE_MILLISECONDS = 500

/** Boots a virtual target; exit code 0 when the milestone came, 1 when it did not, 130 when interrupted. */
export async function tryChain(files: readonly string[], options: TryOptions): Promise<void> {
  const run = await startRun(
    {
      link: {
        kind: 'wire',
        memory: options.memory,
        nic: options.nic,
        ...(options.type.length === 0 ? {} : { type: [...options.type] }),
        ...(options.faults === undefined ? {} : { faults: options.faults }),
        ...(options.capture === undefined ? {} : { capture: resolve(options.capture) }),
      },
      chain: chainChoice(files, options),
      exports: exportChoices(options),
      dhcp: { mode: 'full', force: false, allow: [], fixed: [] },
    },
    options,
  )
  let outcome: { readonly ok: boolean; readonly text: string }
  try {
    const goal = goalOf(run.timeline, options.until)
    const reached =
      reachedAt(run.timeline, goal) ??
      (await run.until((timeline) => reachedAt(timeline, goal), options.timeout))
    outcome =
      reached === undefined ? whyNot(run.timeline, goal, options) : succeeded(run.timeline, goal, reached)
    if (reached !== undefined) await new Promise((settled) => setTimeout(settled, SETTLE_MILLISECONDS))
    if (options.screenshot !== undefined && !run.interrupted)
      await run.service.request({ name: 'screenshot', path: resolve(options.screenshot) })
  } finally {
    await run.close()
  }
  process.exitCode = run.interrupted ? 130 : outcome.ok ? 0 : 1
  if (!run.interrupted)
    (outcome.ok && !options.json ? process.stdout : process.stderr).write(`\n${outcome.text}\n`)
}

/** The milestone to wait for: the last that every target of the chain passes, or the one asked for. Throws when the chain has none of that name, naming those it has. */
function goalOf(
  timeline: Timeline,
  until: string | undefined,
): { readonly id: string; readonly title: string } {
  const milestones = timeline.session?.milestones ?? []
  const goal =
    until === undefined
      ? milestones.findLast(({ optional }) => optional !== true)
      : milestones.find(({ id }) => id === until)
  if (goal !== undefined) return goal
  throw new Error(
    `This chain has no milestone "${until}". It has: ${milestones.map(({ id }) => id).join(', ')}.`,
  )
}

function reachedAt(timeline: Timeline, goal: { readonly id: string }): number | undefined {
  return Object.values(timeline.clients).find((client) => client.reached[goal.id] !== undefined)?.reached[
    goal.id
  ]
}

function succeeded(timeline: Timeline, goal: { readonly title: string }, at: number) {
  const since = Object.values(timeline.clients)[0]?.bootStartedAt ?? at
  return { ok: true, text: `${goal.title}, ${formatSeconds((at - since) / 1000)} after power-on.` }
}

function whyNot(timeline: Timeline, goal: { readonly title: string }, { timeout }: TryOptions) {
  const client = Object.values(timeline.clients)[0]
  const waiting = client && waitingFor(client, timeline.session?.milestones ?? [])
  const reason =
    client?.unsupported ??
    (waiting === undefined
      ? ''
      : `It got no further than the step before "${waiting.milestone.title}". ${adviceFor(client!, waiting.milestone)}`)
  return { ok: false, text: `"${goal.title}" did not come within ${timeout} s. ${reason}`.trim() }
}
