import { expect, it } from 'vitest'
import { describe, newMilestones } from '../../electron/clients/describe.ts'
import { BootEvent } from '../../electron/clients/events.ts'
import { emptyTimeline, reduce } from '../../electron/clients/timeline.ts'
import {
  TARGET,
  acknowledged,
  consoleLine,
  discover,
  events,
  fetchEnded,
  fetchStarted,
  started,
} from './boots.ts'

const boot = events(
  started,
  discover,
  acknowledged,
  fetchStarted(1, 'kernel', 2_000_000),
  { type: 'transfer-progress', transfer: 1, bytes: 10 },
  fetchEnded(1, 'complete', 2_000_000),
  fetchStarted(2, 'boot.cfg'),
  fetchEnded(2, 'size-check', 0),
  { type: 'file-missing', address: '10.77.0.100', file: 'pxelinux.cfg/C0A8', expected: true },
  { type: 'file-missing', address: '10.77.0.100', file: 'Kernel', expected: false, nearest: 'kernel' },
  consoleLine('Reached the kernel'),
)

it('tells a boot so that a person can follow it, expected misses quietly', () => {
  let timeline = emptyTimeline
  const log = boot.flatMap((event) => {
    timeline = reduce(timeline, event)
    const line = describe(event, timeline)
    return line === undefined ? [] : [`${line.topic}: ${line.text}${line.quiet ? ' (quiet)' : ''}`]
  })
  expect(log).toEqual([
    'Session: PXELINUX on wire (10.77.0.1/24), DHCP full, giving out 10.77.0.100 to 10.77.0.199, answering anyone on the link',
    `DHCP: ${TARGET} DISCOVER (BIOS)`,
    `DHCP: ${TARGET} ACK 10.77.0.100, boot file pxelinux.0`,
    'TFTP: kernel started, 2.0 MB, block 1408 (quiet)',
    'TFTP: kernel 2.0 MB in 0.50 s (4.0 MB/s)',
    'TFTP: boot.cfg started, 1.0 KB, block 1408 (quiet)',
    'TFTP: boot.cfg size asked, not fetched (quiet)',
    'TFTP: pxelinux.cfg/C0A8 not served (expected) (quiet)',
    'TFTP: Kernel is not served; did it mean kernel?',
    'Target: Reached the kernel',
  ])
})

it('names each milestone once, with the time since the one before', () => {
  let timeline = emptyTimeline
  const reached = boot.flatMap((event) => {
    const before = timeline
    timeline = reduce(timeline, event)
    return newMilestones(before, timeline).map(({ title, seconds }) => `${title} +${seconds}`)
  })
  expect(reached).toEqual(['Heard +0', 'Address +1', 'Kernel loaded +3', 'Kernel started +5'])
})

it('survives a journey as JSON', () => {
  for (const event of boot) expect(BootEvent.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
})
