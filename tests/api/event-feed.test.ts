import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BootEvent } from '../../electron/clients/events.ts'
import { EventFeed, latestProgress } from '../../electron/api/event-feed.ts'

const progress = (transfer: number, bytes: number): BootEvent => ({
  at: bytes,
  type: 'transfer-progress',
  transfer,
  bytes,
})
const notice = (text: string): BootEvent => ({ at: 0, type: 'notice', level: 'info', text })
const started = { at: 0, type: 'session-started' } as BootEvent

describe('the feed of events', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('tells a burst once a frame, and of each transfer only how far it has come', () => {
    const feed = new EventFeed()
    const batches: (readonly BootEvent[])[] = []
    feed.listen((events) => batches.push(events))
    for (let bytes = 1; bytes <= 500; bytes += 1) {
      feed.add(progress(1, bytes))
      feed.add(progress(2, bytes * 2))
    }
    feed.add(notice('end'))
    expect(batches).toEqual([])
    vi.advanceTimersByTime(16)
    expect(batches).toEqual([[progress(1, 500), progress(2, 1000), notice('end')]])
  })

  it('tells who comes late everything of this session, and nothing of the one before', () => {
    const feed = new EventFeed()
    feed.add(notice('before'))
    vi.advanceTimersByTime(16)
    feed.begin()
    feed.add(started)
    feed.add(notice('now'))
    const told: (readonly BootEvent[])[] = []
    const stop = feed.listen((events) => told.push(events))
    expect(told).toEqual([[started, notice('now')]])
    stop()
    feed.add(notice('later'))
    vi.advanceTimersByTime(16)
    expect(told).toHaveLength(1)
  })

  it('keeps the start of a session through a flood', () => {
    const feed = new EventFeed()
    feed.add(started)
    for (let count = 0; count < 30_000; count += 1) {
      feed.add(notice(String(count)))
      if (count % 1000 === 0) vi.advanceTimersByTime(16)
    }
    const told: BootEvent[] = []
    feed.listen((events) => told.push(...events))
    expect(told.length).toBeLessThanOrEqual(10_001)
    expect(told[0]).toEqual(started)
    expect(told.at(-1)).toEqual(notice('29999'))
  })
})

it('progress of a transfer is never told out of its place', () => {
  const end = { at: 9, type: 'transfer-ended', transfer: 1 } as BootEvent
  expect(latestProgress([progress(1, 1), notice('a'), progress(1, 2), end])).toEqual([
    notice('a'),
    progress(1, 2),
    end,
  ])
})
