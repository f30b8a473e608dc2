import { describe, expect, it } from 'vitest'
import { chameleonMilestones } from '../../electron/chains/chameleon-milestones.ts'
import { diagnose } from '../../electron/clients/diagnosis.ts'
import type { Happening } from '../../electron/clients/events.ts'
import { emptyTimeline, reduce, type Timeline } from '../../electron/clients/timeline.ts'
import { acknowledged, ADDRESS, discover, started, TARGET } from '../clients/boots.ts'

const milestones = chameleonMilestones({ starter: 'memdisk', image: 'darwin.img' }, false, '/darwin')

function fetched(transfer: number, file: string, protocol: 'tftp' | 'nfs' = 'tftp'): Happening[] {
  const common = { client: TARGET, transfer }
  return [
    {
      type: 'transfer-started',
      ...common,
      protocol,
      address: ADDRESS,
      file,
      size: 10,
      blockSize: 10,
      windowSize: 1,
    },
    { type: 'transfer-ended', ...common, outcome: 'complete', bytes: 10, seconds: 1, resent: 0 },
  ]
}

const LOADED: readonly Happening[] = [
  discover,
  acknowledged,
  ...['pxelinux.0', 'ldlinux.c32', 'pxelinux.cfg/default', 'memdisk', 'darwin.img'].flatMap((file, index) =>
    fetched(index + 1, file),
  ),
]
/** What Darwin 12.5 was seen to send, in that order. */
const KERNEL_ASKS: readonly Happening[] = [
  { type: 'dhcp-received', client: TARGET, message: 'DISCOVER', firmware: 'unknown' },
  acknowledged,
]
const PORTMAP: Happening = {
  type: 'nfs-port-asked',
  client: TARGET,
  address: ADDRESS,
  program: 'mount',
  version: 3,
}
const MOUNTED: Happening = { type: 'nfs-mounted', client: TARGET, address: ADDRESS, path: '/darwin' }

function after(...happenings: readonly Happening[]): Timeline {
  return happenings.reduce<Timeline>(
    (timeline, happening, index) => reduce(timeline, { at: 1000 + index, ...happening }),
    reduce(emptyTimeline, { at: 0, ...started, milestones: [...milestones] }),
  )
}
const reached = (timeline: Timeline) => Object.keys(timeline.clients[TARGET]?.reached ?? {})
const advice = (timeline: Timeline) => diagnose(timeline.clients[TARGET]!, milestones, 1_000_000)?.advice

describe('a boot of Darwin with its root on NFS', () => {
  it('is followed from power-on to the first program on the root', () => {
    const all = after(
      ...LOADED,
      ...KERNEL_ASKS,
      PORTMAP,
      MOUNTED,
      ...fetched(-1, '/darwin/sbin/launchd', 'nfs'),
    )
    expect(reached(all)).toEqual(milestones.map(({ id }) => id))
    expect(all.clients[TARGET]?.boot).toBe(1)
  })

  it("does not take the firmware's own questions for the kernel's", () => {
    expect(reached(after(...LOADED))).not.toContain('asked-again')
  })

  it('that has no driver for its network card is told so', () => {
    expect(advice(after(...LOADED))).toMatch(/no driver for the network card.*IONetworkingFamily/)
  })

  it('that does not reach NFS is told what the kernel prints', () => {
    expect(advice(after(...LOADED, ...KERNEL_ASKS))).toContain('RPC timeout for server')
  })

  it('that finds no userland is told how the kernel ends', () => {
    const missed: Happening = {
      type: 'nfs-lookup-missed',
      client: TARGET,
      address: ADDRESS,
      file: '/darwin/sbin/launchd',
      expected: false,
    }
    const told = advice(after(...LOADED, ...KERNEL_ASKS, PORTMAP, MOUNTED, missed))
    expect(told).toContain('/darwin/sbin/launchd')
    expect(told).toContain('Process 1 exec of /sbin/launchd failed, errno 2')
  })
})
