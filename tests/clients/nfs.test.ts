import { describe as suite, expect, test } from 'vitest'
import { describe } from '../../electron/clients/describe.ts'
import { diagnose } from '../../electron/clients/diagnosis.ts'
import type { BootEvent, Happening, HappeningOf } from '../../electron/clients/events.ts'
import { emptyTimeline, reduce } from '../../electron/clients/timeline.ts'
import { ADDRESS, started, TARGET } from './boots.ts'

const file = '/srv/root/mach_kernel'
const session: HappeningOf<'session-started'> = {
  ...started,
  milestones: [
    {
      id: 'root',
      title: 'Root mounted',
      trigger: { on: 'mounted' },
      usualSeconds: 5,
      advice: 'Look at rp=.',
    },
    {
      id: 'kernel',
      title: 'Kernel read',
      trigger: { on: 'transfer-complete', file },
      usualSeconds: 2,
      advice: 'Wait.',
    },
  ],
}
const mounted: Happening = { type: 'nfs-mounted', client: TARGET, address: ADDRESS, path: '/srv/root' }
const reading: Happening = {
  type: 'transfer-started',
  client: TARGET,
  transfer: -1,
  protocol: 'nfs',
  address: ADDRESS,
  file,
  size: 1000,
  blockSize: 512,
  windowSize: 1,
}
const ended = (outcome: 'complete' | 'partial'): Happening => ({
  type: 'transfer-ended',
  client: TARGET,
  transfer: -1,
  outcome,
  bytes: outcome === 'complete' ? 1000 : 600,
  seconds: 1,
  resent: 0,
})

const after = (...happenings: Happening[]) => {
  const events = happenings.map((happening, index): BootEvent => ({ at: index * 1000, ...happening }))
  const timeline = events.reduce(reduce, emptyTimeline)
  return { timeline, client: timeline.clients[TARGET]!, line: describe(events.at(-1)!, timeline) }
}

suite('a boot by NFS', () => {
  test('a mount reaches its milestone, and reading a file is a transfer', () => {
    expect(after(session, mounted).client.reached).toEqual({ root: 1000 })
    expect(after(session, mounted).line).toMatchObject({ topic: 'NFS', text: `${TARGET} mounted /srv/root` })
    const { client, line } = after(session, mounted, reading, ended('complete'))
    expect(client.reached).toEqual({ root: 1000, kernel: 3000 })
    expect(line).toMatchObject({ topic: 'NFS', quiet: false })
    expect(line?.text).toContain('/srv/root/mach_kernel')
  })

  test('a file that was read in part is no failure', () => {
    const { client, line } = after(session, mounted, reading, ended('partial'))
    expect(line).toMatchObject({ topic: 'NFS', quiet: true })
    expect(diagnose(client, session.milestones, 90_000)).toMatchObject({
      state: 'late',
      advice: 'Wait.',
    })
  })

  test('a name that is missed before anything was read explains why nothing goes on', () => {
    const missed: Happening = {
      type: 'nfs-lookup-missed',
      client: TARGET,
      address: ADDRESS,
      file: '/srv/root/kernel',
      expected: false,
    }
    const { client, line } = after(session, mounted, missed)
    expect(client.missing).toMatchObject([{ file: '/srv/root/kernel', expected: false }])
    expect(line).toMatchObject({ topic: 'NFS', text: '/srv/root/kernel is not there', quiet: false })
  })
})
