import type { BootEvent, Failure } from '../../electron/api/desktop.ts'
import { newMilestones } from '../../electron/clients/describe.ts'
import { isComplete } from '../../electron/clients/progress.ts'
import { emptyTimeline, reduce, type Client, type Timeline } from '../../electron/clients/timeline.ts'
import { formatSeconds } from '../../electron/clients/units.ts'
import { failureOf } from './failure.ts'
import { entryOf, type LogEntry } from './log.ts'

type SessionStarted = Extract<BootEvent, { type: 'session-started' }>

const KEPT_LINES = 5000
/**
 * A burst is worked off over several frames: each event costs its reduction, and drawing its line and its client. A
 * backlog that grows all the same is worked off faster.
 */
const FRAME_BUDGET_MILLISECONDS = 5
const FRAME_EVENTS = 32
const BACKLOG_FRAMES = 30
/** With more clients than this, telling each of their milestones aloud would never end. */
const ANNOUNCED_CLIENTS = 3

/** What the page knows of the running session: the events so far, worked off between frames. */
export class SessionState {
  timeline = $state.raw<Timeline>(emptyTimeline)
  started = $state.raw<SessionStarted | undefined>()
  log = $state.raw<readonly LogEntry[]>([])
  /** What Bootwire is making, by name, until it is whole. */
  artefacts = $state.raw<Readonly<Record<string, { readonly bytes: number; readonly size: number }>>>({})
  /** For the live region: the latest milestone. */
  announcement = $state('')
  selected = $state<string | undefined>()
  failure = $state.raw<Failure | undefined>()

  readonly running = $derived(
    this.timeline.session !== undefined && this.timeline.session.stopped === undefined,
  )
  readonly clients = $derived(Object.values(this.timeline.clients))
  readonly milestones = $derived(this.timeline.session?.milestones ?? [])
  readonly client = $derived<Client | undefined>(
    (this.selected === undefined ? undefined : this.timeline.clients[this.selected]) ?? this.clients[0],
  )
  readonly complete = $derived(this.client !== undefined && isComplete(this.client, this.milestones))

  /** Whether all that was told is shown. A session that has ended runs while its events are worked off. */
  isCurrent = $state(true)

  #queue: BootEvent[] = []
  #lines = 0
  #scheduled = false

  receive(events: readonly BootEvent[]): void {
    this.#queue.push(...events)
    this.#schedule()
  }

  /** Runs an action of the session and keeps its failure for the page. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    this.failure = undefined
    try {
      await action()
      return true
    } catch (error) {
      this.failure = failureOf(error)
      return false
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return
    this.#scheduled = true
    const work = () => {
      this.#scheduled = false
      this.#workOff()
      this.#schedule()
    }
    // A hidden window draws no frames, and its session goes on.
    if (document.hidden) setTimeout(work, 50)
    else requestAnimationFrame(work)
  }

  #workOff(): void {
    const until = performance.now() + FRAME_BUDGET_MILLISECONDS
    const before = this.timeline
    let { timeline } = this
    const fresh: LogEntry[] = []
    const most = Math.max(FRAME_EVENTS, this.#queue.length / BACKLOG_FRAMES)
    let count = 0
    let log = this.log
    for (const event of this.#queue) {
      count += 1
      if (event.type === 'session-started') {
        this.started = event
        this.selected = undefined
        log = []
        fresh.length = 0
      }
      if (event.type === 'artefact-progress') this.#artefact(event)
      timeline = reduce(timeline, event)
      const entry = entryOf(event, timeline, this.#lines)
      if (entry !== undefined) {
        fresh.push(entry)
        this.#lines += 1
      }
      if (count >= most || performance.now() > until) break
    }
    this.#queue.splice(0, count)
    this.isCurrent = this.#queue.length === 0
    this.timeline = timeline
    if (fresh.length > 0 || log !== this.log) this.log = [...log, ...fresh].slice(-KEPT_LINES)
    this.#announce(before, timeline)
  }

  #artefact({ name, bytes, size }: Extract<BootEvent, { type: 'artefact-progress' }>): void {
    const others = Object.fromEntries(Object.entries(this.artefacts).filter(([key]) => key !== name))
    this.artefacts = bytes < size ? { ...others, [name]: { bytes, size } } : others
  }

  #announce(before: Timeline, after: Timeline): void {
    if (Object.keys(after.clients).length > ANNOUNCED_CLIENTS) return
    const latest = newMilestones(before, after).at(-1)
    if (latest !== undefined)
      this.announcement = `${latest.client}: ${latest.title}, after ${formatSeconds(latest.seconds)}`
  }
}
