import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ServedTree } from '../../../electron/chains/tree.ts'
import type { HappeningOf } from '../../../electron/clients/events.ts'
import { startTftpServer } from '../../../electron/servers/tftp/server.ts'
import { fetchFile, pattern } from './client.ts'
import { FakeLink, type Fate } from './fake-link.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Faults {
  readonly seed: number
  /** Chances from 0 to 1. */
  readonly loss: number
  readonly duplication: number
  readonly reordering: number
}

/** A cable that loses, repeats and overtakes, the same way for the same seed. */
function cable({ seed, loss, duplication, reordering }: Faults): { fate: Fate; faults: () => number } {
  let state = seed
  let count = 0
  const chance = (probability: number) => {
    // Mulberry32, by Tommy Ettinger.
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    const happens = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < probability
    if (happens) count++
    return happens
  }
  return {
    fate: () => {
      if (chance(loss)) return []
      const delay = chance(reordering) ? 6 : 1
      return chance(duplication) ? [delay, delay + 2] : [delay]
    },
    faults: () => count,
  }
}

async function fetchOver(
  faults: Faults,
  size: number,
  blockSize: number,
  windowSize: number,
): Promise<{ bytes: Buffer; ended: HappeningOf<'transfer-ended'>; faults: number }> {
  const { fate, faults: count } = cable(faults)
  const link = new FakeLink(fate)
  const ended: HappeningOf<'transfer-ended'>[] = []
  const content = { kind: 'bytes', bytes: pattern(size) } as const
  const tree = new ServedTree([{ name: 'file', origin: 'the test', content }])
  const server = await startTftpServer(link, tree, (event) => {
    if (event.type === 'transfer-ended') ended.push(event)
  })
  let bytes: Buffer | undefined
  void fetchFile(link, { file: 'file', blockSize, windowSize }).then((whole) => (bytes = whole))
  for (let second = 0; second < 600 && (bytes === undefined || ended.length === 0); second++)
    await vi.advanceTimersByTimeAsync(1000)
  server.close()
  vi.clearAllTimers()
  return { bytes: bytes!, ended: ended[0]!, faults: count() }
}

const run = fc.record({
  blockSize: fc.integer({ min: 8, max: 1468 }),
  windowSize: fc.constantFrom(1, 1, 2, 3, 8, 16, 64),
  size: fc.nat(300_000),
})
const faults = fc.record({
  seed: fc.integer(),
  loss: fc.double({ min: 0, max: 0.1, noNaN: true }),
  duplication: fc.double({ min: 0, max: 0.1, noNaN: true }),
  reordering: fc.double({ min: 0, max: 0.1, noNaN: true }),
})
/** Enough blocks for many windows, and few enough for a test. */
const bounded = (size: number, blockSize: number) => Math.min(size, blockSize * 400)

it('any file arrives intact over a bad cable, and little is sent twice', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(run, faults, async ({ size, blockSize, windowSize }, bad) => {
      const whole = bounded(size, blockSize)
      const fetched = await fetchOver(bad, whole, blockSize, windowSize)
      expect(fetched.bytes.equals(pattern(whole))).toBe(true)
      expect(fetched.ended.outcome).toBe('complete')
      // In lockstep a fault costs a block. In a window it costs that window, and the next one when the copies
      // of the first make the client repeat itself.
      const cost = windowSize === 1 ? 1 : 2 * windowSize
      expect(fetched.ended.resent).toBeLessThanOrEqual(fetched.faults * cost)
    }),
    { numRuns: 40 },
  )
})

it('nothing is sent twice over a good cable', { timeout: 60_000 }, async () => {
  const good = { seed: 1, loss: 0, duplication: 0, reordering: 0 }
  await fc.assert(
    fc.asyncProperty(run, async ({ size, blockSize, windowSize }) => {
      const { ended } = await fetchOver(good, bounded(size, blockSize), blockSize, windowSize)
      expect(ended).toMatchObject({ outcome: 'complete', resent: 0 })
    }),
    { numRuns: 20 },
  )
})

it('copies of packets alone never make lockstep send a block twice', { timeout: 60_000 }, async () => {
  const bad = { seed: 7, loss: 0, duplication: 1, reordering: 0 }
  const { ended } = await fetchOver(bad, 512 * 200, 512, 1)
  expect(ended).toMatchObject({ outcome: 'complete', resent: 0 })
})
