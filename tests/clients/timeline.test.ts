import { describe, expect, it } from 'vitest'
import { milestonesOf, waitingFor } from '../../electron/clients/progress.ts'
import {
  ADDRESS,
  TARGET,
  acknowledged,
  consoleLine,
  discover,
  fetchEnded,
  fetchStarted,
  milestones,
  started,
  timelineOf,
} from './boots.ts'

const boot = [
  started,
  discover,
  acknowledged,
  fetchStarted(1, 'kernel'),
  fetchEnded(1),
  consoleLine('Reached the kernel'),
] as const

describe('a client on the timeline', () => {
  it('passes the milestones of its chain in order, each with its time', () => {
    const client = timelineOf(...boot).clients[TARGET]!
    expect(client.reached).toEqual({
      heard: 1_001_000,
      address: 1_002_000,
      kernel: 1_004_000,
      started: 1_005_000,
    })
    expect(waitingFor(client, milestones)).toBeUndefined()
  })

  it('waits for the step after the last one it reached', () => {
    const client = timelineOf(started, discover, acknowledged).clients[TARGET]!
    expect(milestonesOf(client, milestones).map(({ state }) => state)).toEqual([
      'reached',
      'reached',
      'current',
      'waiting',
    ])
    expect(waitingFor(client, milestones)).toMatchObject({ milestone: { id: 'kernel' }, since: 1_002_000 })
  })

  it('is known by its address when the link cannot tell whose packet it was, and is not counted twice', () => {
    const { client: _, ...request } = fetchStarted(1, 'kernel')
    expect(Object.keys(timelineOf(started, request).clients)).toEqual([ADDRESS])
    expect(Object.keys(timelineOf(started, discover, acknowledged, request).clients)).toEqual([TARGET])
  })

  it('beside another DHCP server has its address by the time it fetches a file', () => {
    const { reached } = timelineOf({ ...started, dhcp: 'off' }, fetchStarted(1, 'kernel')).clients[TARGET]!
    expect(Object.keys(reached)).toEqual(['heard', 'address'])
  })

  it('shows a step that the server could not see as passed, and not as the one at work', () => {
    const client = timelineOf(started, discover, acknowledged, consoleLine('Reached the kernel')).clients[
      TARGET
    ]!
    expect(milestonesOf(client, milestones).map(({ state }) => state)).toEqual([
      'reached',
      'reached',
      'unseen',
      'reached',
    ])
  })

  it('starts over when its firmware asks again after a reset', () => {
    const client = timelineOf(...boot, discover).clients[TARGET]!
    expect(client).toMatchObject({ boot: 2, reached: { heard: 1_006_000 }, transfers: [], console: [] })
  })

  it('does not start over when a ROM repeats its DISCOVER, or when a kernel asks for an address', () => {
    expect(timelineOf(started, discover, discover, acknowledged).clients[TARGET]).toMatchObject({ boot: 1 })
    const { vendorClass: _, ...fromKernel } = discover
    expect(timelineOf(...boot, fromKernel).clients[TARGET]).toMatchObject({ boot: 1 })
  })

  it('does not reach "loaded" when a file was only measured or broken off', () => {
    for (const outcome of ['size-check', 'client-stopped', 'silent', 'failed'] as const) {
      const timeline = timelineOf(
        started,
        discover,
        acknowledged,
        fetchStarted(1, 'kernel'),
        fetchEnded(1, outcome, 0),
      )
      expect(timeline.clients[TARGET]!.reached).not.toHaveProperty('kernel')
    }
  })

  it('whose kernel is unknown has started it with the first line after all was loaded, and not before', () => {
    const anyLine = milestones.map((step) =>
      step.id === 'started' ? { ...step, trigger: { on: 'console', text: '' } as const } : step,
    )
    const begin = [
      { ...started, milestones: anyLine },
      discover,
      acknowledged,
      consoleLine('firmware'),
    ] as const
    expect(timelineOf(...begin).clients[TARGET]!.reached).not.toHaveProperty('started')
    const whole = timelineOf(
      ...begin,
      fetchStarted(1, 'kernel'),
      fetchEnded(1),
      consoleLine('(XEN) Xen 4.17'),
    )
    expect(whole.clients[TARGET]!.reached).toMatchObject({ started: 1_006_000 })
  })

  it('makes room for new ones when a flood of them is invented', () => {
    const flood = Array.from({ length: 1000 }, (_, index) => ({
      ...discover,
      client: `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
    }))
    const { clients } = timelineOf(started, discover, ...flood)
    expect(Object.keys(clients).length).toBeLessThanOrEqual(256)
    expect(clients).toHaveProperty([flood.at(-1)!.client])
    expect(clients).not.toHaveProperty([TARGET])
  })

  it('that is not answered does not appear at all', () => {
    expect(timelineOf(started, { ...discover, ignored: 'not on the allow list' }).clients).toEqual({})
  })
})
