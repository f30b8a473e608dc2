import { resolve } from 'node:path'
import type { BootEvent, NicModel } from '../api/contract.ts'
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
  readonly untilText?: string
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
    const goal = goalOf(run.timeline, options)
    const reached = goal.reachedAt(run.timeline) ?? (await run.until(goal.reachedAt, options.timeout))
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

/** What the target is to get to, and when it did. */
interface Goal {
  readonly title: string
  readonly reachedAt: (timeline: Timeline, event?: BootEvent) => number | undefined
}

/**
 * The last milestone that every target of the chain passes, or the one or the text that was asked for. Throws when
 * the chain has no milestone of that name, naming those it has.
 */
function goalOf(timeline: Timeline, { until, untilText }: TryOptions): Goal {
  if (untilText !== undefined) return textGoal(untilText)
  const milestones = timeline.session?.milestones ?? []
  const goal =
    until === undefined
      ? milestones.findLast(({ optional }) => optional !== true)
      : milestones.find(({ id }) => id === until)
  if (goal !== undefined)
    return { title: goal.title, reachedAt: ({ clients }) => firstTime(clients, goal.id) }
  throw new Error(
    `This chain has no milestone "${until}". It has: ${milestones.map(({ id }) => id).join(', ')}.`,
  )
}

function firstTime(clients: Timeline['clients'], id: string): number | undefined {
  return Object.values(clients).find(({ reached }) => reached[id] !== undefined)?.reached[id]
}

/** The text in one line of the serial port, whether it came already or comes with an event. */
function textGoal(text: string): Goal {
  return {
    title: text,
    reachedAt({ clients }, event) {
      if (event === undefined)
        return Object.values(clients).find(({ console }) => console.some((line) => line.includes(text)))
          ?.lastHeardAt
      const said =
        event.type === 'console-line' ? event.line : event.type === 'console-prompt' ? event.text : ''
      return said.includes(text) ? event.at : undefined
    },
  }
}

function succeeded(timeline: Timeline, goal: Goal, at: number) {
  const since = Object.values(timeline.clients)[0]?.bootStartedAt ?? at
  return { ok: true, text: `${goal.title}, ${formatSeconds((at - since) / 1000)} after power-on.` }
}

function whyNot(timeline: Timeline, goal: Goal, { timeout }: TryOptions) {
  const client = Object.values(timeline.clients)[0]
  const waiting = client && waitingFor(client, timeline.session?.milestones ?? [])
  const reason =
    client?.unsupported ??
    (waiting === undefined
      ? ''
      : `It got no further than the step before "${waiting.milestone.title}". ${adviceFor(client!, waiting.milestone)}`)
  return { ok: false, text: `"${goal.title}" did not come within ${timeout} s. ${reason}`.trim() }
}
