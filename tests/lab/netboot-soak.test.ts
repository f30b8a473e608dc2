import { beforeEach, expect, it } from 'vitest'
import { Bootwire, noVirtualTarget } from './bootwire.ts'

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

/** `BOOTWIRE_SOAK=1000` for the long run; each cycle takes a twentieth of a second or so. */
const CYCLES = Number(process.env['BOOTWIRE_SOAK'] ?? 200)

it.for([
  { cable: 'a good cable', cycles: CYCLES, faults: [], slower: 2 },
  { cable: 'one that loses 5 % of all frames', cycles: CYCLES / 5, faults: ['--faults', 'loss=5%,seed=5'] },
])(
  'boots and gets control back, time after time in one power-on, over $cable',
  { timeout: 1_200_000 },
  async ({ cycles, faults, slower }) => {
    const last = `Run ${cycles} of ${cycles}`
    const run = new Bootwire([
      ...['try', '--chain', 'netboot', '--memory', '64', '--nic', 'pcnet', '--timeout', '1100'],
      ...['--type', `loop ${cycles} 10.77.0.1:/kernels/returning.elf`, '--type', 'help'],
      ...['--until-text', 'leave NetBoot', ...faults],
    ])
    expect(await run.ended).toMatchObject({ status: 0 })
    const lines = run.of('console-line')
    const starts = lines.filter(({ line }) => /^Run \d+ of /.test(line))
    expect(starts).toHaveLength(cycles)
    expect(starts.at(-1)?.line).toBe(last)
    // No leak: what each kernel is given, the place to return to, is the same from first to last.
    const calls = lines.filter(({ line }) => line.includes('called as'))
    expect(calls).toHaveLength(cycles)
    expect(new Set(calls.map(({ line }) => line)).size).toBe(1)
    expect(lines.filter(({ line }) => line === 'Returning.')).toHaveLength(cycles)
    // One power-on, one address.
    expect(run.client.boot).toBe(1)
    expect(run.of('machine-started')).toHaveLength(1)
    if (slower === undefined) return
    // No drift: the last tenth is as quick as the first, however busy this computer is.
    const spans = starts.slice(1).map(({ at }, index) => at - starts[index]!.at)
    const tenth = Math.ceil(spans.length / 10)
    expect(median(spans.slice(-tenth))).toBeLessThan(slower * median(spans.slice(0, tenth)))
  },
)

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1]!
}
