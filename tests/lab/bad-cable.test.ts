import { expect, it } from 'vitest'
import { Bootwire, noVirtualTarget } from './bootwire.ts'

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

it('a target boots over a cable that loses, repeats and reorders frames, whatever the dice say', async ({
  skip,
}) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
  const results: Record<number, number | null> = {}
  const waiting = [...SEEDS]
  // Two at a time: a virtual target takes a processor.
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const run = new Bootwire(['try', '--faults', `loss=5%,duplicate=5%,reorder=5,seed=${seed}`])
      results[seed] = (await run.ended).status
    }
  }
  await Promise.all([worker(), worker()])
  expect(results).toEqual(Object.fromEntries(SEEDS.map((seed) => [seed, 0])))
}, 600_000)
