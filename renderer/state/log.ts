/** The log of a session: readable lines, kept up to a limit and filtered. */
import type { BootEvent } from '../../electron/api/desktop.ts'
import { describe, type LogLine, type Topic } from '../../electron/clients/describe.ts'
import type { Timeline } from '../../electron/clients/timeline.ts'
import { formatTime } from '../../electron/clients/units.ts'

export interface LogEntry extends LogLine {
  /** Counts up, so that a line keeps its place on the page while older ones leave. */
  readonly number: number
  readonly time: string
}

/** What the log shows; a topic that is not named has its lines under another name. */
export const logTopics: readonly { readonly id: string; readonly topics: readonly Topic[] }[] = [
  { id: 'Session', topics: ['Session', 'Link'] },
  { id: 'DHCP', topics: ['DHCP'] },
  { id: 'TFTP', topics: ['TFTP'] },
  { id: 'NFS', topics: ['NFS'] },
  { id: 'Target', topics: ['Target'] },
  { id: 'Advice', topics: ['Advice', 'Stopped'] },
]

export interface LogFilter {
  /** Identifiers of `logTopics`; none means all. */
  readonly topics: readonly string[]
  readonly text: string
  /** Also lines of routine: expected misses, sizes asked. */
  readonly routine: boolean
}

export function entryOf(event: BootEvent, timeline: Timeline, number: number): LogEntry | undefined {
  const line = describe(event, timeline)
  return line && { ...line, number, time: formatTime(event.at) }
}

export function filterLog(entries: readonly LogEntry[], filter: LogFilter): readonly LogEntry[] {
  const wanted = new Set(
    logTopics.filter(({ id }) => filter.topics.includes(id)).flatMap(({ topics }) => topics),
  )
  const text = filter.text.trim().toLowerCase()
  return entries.filter(
    (entry) =>
      (wanted.size === 0 || wanted.has(entry.topic)) &&
      (filter.routine || !entry.quiet) &&
      (text === '' || entry.text.toLowerCase().includes(text)),
  )
}
