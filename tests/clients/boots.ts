/** Short ways to say what happened in a session, for tests of what is made of it. */
import { emptyTimeline, reduce, type Timeline } from '../../electron/clients/timeline.ts'
import type { BootEvent, Happening, HappeningOf, Milestone } from '../../electron/clients/events.ts'

export const TARGET = '52:54:00:12:34:56'
export const ADDRESS = '10.77.0.100'

export const milestones: readonly Milestone[] = [
  { id: 'heard', title: 'Heard', trigger: { on: 'heard' }, usualSeconds: 3, advice: 'Turn it on.' },
  {
    id: 'address',
    title: 'Address',
    trigger: { on: 'address' },
    usualSeconds: 2,
    advice: 'Check the cable.',
  },
  {
    id: 'kernel',
    title: 'Kernel loaded',
    trigger: { on: 'transfer-complete', file: 'kernel' },
    usualSeconds: 1,
    advice: 'Check the kernel.',
  },
  {
    id: 'started',
    title: 'Kernel started',
    trigger: { on: 'console', text: 'Reached the kernel' },
    usualSeconds: 1,
    advice: 'Look at the screen.',
  },
]

export const started: HappeningOf<'session-started'> = {
  type: 'session-started',
  chain: 'pxelinux',
  chainTitle: 'PXELINUX',
  milestones: [...milestones],
  link: { name: 'wire', address: '10.77.0.1', prefixLength: 24, mac: '02:00:00:00:00:01' },
  dhcp: 'full',
  pool: { first: '10.77.0.100', last: '10.77.0.199' },
  allow: [],
  services: [],
  files: [],
}

export const discover: HappeningOf<'dhcp-received'> = {
  type: 'dhcp-received',
  client: TARGET,
  message: 'DISCOVER',
  firmware: 'bios',
  vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
}

export const acknowledged: HappeningOf<'dhcp-sent'> = {
  type: 'dhcp-sent',
  client: TARGET,
  message: 'ACK',
  address: ADDRESS,
  bootFile: 'pxelinux.0',
  proxy: false,
}

export function fetchStarted(transfer: number, file: string, size = 1000): HappeningOf<'transfer-started'> {
  return {
    type: 'transfer-started',
    client: TARGET,
    transfer,
    protocol: 'tftp',
    address: ADDRESS,
    file,
    size,
    blockSize: 1408,
    windowSize: 1,
  }
}

export function fetchEnded(
  transfer: number,
  outcome: HappeningOf<'transfer-ended'>['outcome'] = 'complete',
  bytes = 1000,
): HappeningOf<'transfer-ended'> {
  return { type: 'transfer-ended', client: TARGET, transfer, outcome, bytes, seconds: 0.5, resent: 0 }
}

export function consoleLine(line: string): HappeningOf<'console-line'> {
  return { type: 'console-line', client: TARGET, line }
}

/** The events of these happenings, a second apart, from time 1,000,000 on. */
export function events(...happenings: readonly Happening[]): readonly BootEvent[] {
  return happenings.map((happening, index) => ({ at: 1_000_000 + index * 1000, ...happening }))
}

export function timelineOf(...happenings: readonly Happening[]): Timeline {
  return events(...happenings).reduce(reduce, emptyTimeline)
}
