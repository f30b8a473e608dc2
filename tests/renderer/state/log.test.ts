import { describe, expect, it } from 'vitest'
import { entryOf, filterLog, type LogEntry } from '../../../renderer/state/log.ts'
import { bootUnderWay, TARGET } from '../page/stories.ts'
import { emptyTimeline, reduce } from '../../../electron/clients/timeline.ts'

const entries: LogEntry[] = []
let timeline = emptyTimeline
for (const [number, event] of bootUnderWay(0).entries()) {
  timeline = reduce(timeline, event)
  const entry = entryOf(event, timeline, number)
  if (entry !== undefined) entries.push(entry)
}

const everything = { topics: [], text: '', routine: true }
const textsOf = (found: readonly LogEntry[]) => found.map(({ text }) => text)

describe('the filter of the log', () => {
  it('shows everything until something is asked for', () => {
    expect(filterLog(entries, everything)).toEqual(entries)
  })

  it('keeps to the topics asked for, the link with its session', () => {
    const found = filterLog(entries, { ...everything, topics: ['DHCP', 'Session'] })
    expect(new Set(found.map(({ topic }) => topic))).toEqual(new Set(['DHCP', 'Session']))
  })

  it('finds text in any case', () => {
    expect(textsOf(filterLog(entries, { ...everything, text: 'discover' }))).toEqual([
      `${TARGET} DISCOVER (BIOS)`,
    ])
  })

  it('leaves out what every boot asks for in vain', () => {
    const missed = 'pxelinux.cfg/01-52-54-00-12-34-56 not served (expected)'
    expect(textsOf(entries)).toContain(missed)
    expect(textsOf(filterLog(entries, { ...everything, routine: false }))).not.toContain(missed)
  })
})
