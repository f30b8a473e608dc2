import { describe, expect, it } from 'vitest'
import { netbootMilestones } from '../../electron/chains/netboot-milestones.ts'
import { firmwareMilestones } from '../../electron/chains/firmware-milestones.ts'
import { diagnose } from '../../electron/clients/diagnosis.ts'
import type { Happening, HappeningOf } from '../../electron/clients/events.ts'
import { isComplete, milestonesOf } from '../../electron/clients/progress.ts'
import {
  ADDRESS,
  TARGET,
  acknowledged,
  consoleLine,
  discover,
  fetchEnded,
  fetchStarted,
  started,
  timelineOf,
} from './boots.ts'

const session = (console?: Parameters<typeof netbootMilestones>[1]): HappeningOf<'session-started'> => ({
  ...started,
  chain: 'netboot',
  milestones: [...firmwareMilestones('netboot', 'netboot.0'), ...netbootMilestones('netboot', console)],
})
const virtual = session({ prompt: 'NetBoot> ', says: 'Reached the kernel' })
const real = session()

const atPrompt: Happening = { type: 'console-prompt', client: TARGET, text: 'NetBoot>' }
const from = { client: TARGET, address: ADDRESS }
const asked: Happening = { type: 'nfs-port-asked', ...from, program: 'nfs', version: 3 }
const mounted: Happening = { type: 'nfs-mounted', ...from, path: '/kernels' }
const bootp: Happening = { ...acknowledged, message: 'BOOTREPLY' }
const byFirmware = [discover, acknowledged, fetchStarted(1, 'netboot.0'), fetchEnded(1)]
const read = (transfer: number): Happening[] => [
  asked,
  mounted,
  { ...fetchStarted(transfer, '/kernels/hello.elf'), protocol: 'nfs' },
  fetchEnded(transfer),
]
const reached = (...happenings: Happening[]) =>
  Object.keys(timelineOf(...happenings).clients[TARGET]!.reached)

describe('a client of NetBoot', () => {
  it('has its address twice: by the firmware, and by NetBoot itself', () => {
    expect(reached(virtual, ...byFirmware)).toEqual(['heard', 'address', 'netboot'])
    expect(reached(virtual, ...byFirmware, bootp)).toContain('bootp')
  })

  it('passes every milestone to the second kernel, each in its turn', () => {
    const kernel = consoleLine('Reached the kernel. All is well.')
    const booting = consoleLine('hello.elf: booting...')
    const happenings = [virtual, ...byFirmware, bootp, atPrompt, ...read(-1), booting, kernel]
    const until = reached(...happenings)
    expect(until.at(-1)).toBe('started')
    expect(until).not.toContain('returned')
    const { reached: all } = timelineOf(...happenings, atPrompt, ...read(-2), kernel).clients[TARGET]!
    const views = milestonesOf(timelineOf(...happenings).clients[TARGET]!, virtual.milestones)
    expect(Object.keys(all)).toEqual(views.map(({ milestone }) => milestone.id))
    expect(all['again']).toBeGreaterThan(all['returned']!)
  })

  it('is seen to come back by what it asks when there is no serial port to watch', () => {
    const once = [real, ...byFirmware, bootp, ...read(-1)]
    expect(reached(...once).at(-1)).toBe('read')
    expect(reached(...once, asked).at(-1)).toBe('returned')
    expect(reached(...once, ...read(-2)).at(-1)).toBe('again')
  })

  it('is not called late when its kernel does not come back, which not every kernel does', () => {
    const client = timelineOf(real, ...byFirmware, bootp, ...read(-1)).clients[TARGET]!
    expect(diagnose(client, real.milestones, 1e12)).toBeUndefined()
    expect(isComplete(client, real.milestones)).toBe(true)
  })

  it('is called late at the prompt only after a person had time to type', () => {
    const client = timelineOf(real, ...byFirmware, bootp).clients[TARGET]!
    expect(diagnose(client, real.milestones, client.lastHeardAt + 900_000)?.state).toBe('waiting')
    expect(diagnose(client, real.milestones, client.lastHeardAt + 3_600_000)?.advice).toContain('Type')
  })
})
