import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { milestonesOf } from '../../electron/clients/progress.ts'
import { Bootwire, bootwire, noVirtualTarget } from './bootwire.ts'
import { program } from './boot132.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

const tryIt = (...parameters: string[]) => new Bootwire(['try', '--chain', 'boot132', ...parameters])
const KERNEL = buildTargets().find(({ name }) => name === 'samples/mach_kernel')!.path

describe('bootwire try --chain boot132', () => {
  it.each(['auto', 'ramdisk', 'demand', 'network'])(
    'boots the kernel with nothing given, profile %s',
    async (profile) => {
      const run = tryIt('--profile', profile)
      expect(await run.ended).toMatchObject({ status: 0 })
      const views = milestonesOf(run.client, run.timeline.session!.milestones)
      expect(views.filter(({ state }) => state !== 'reached')).toEqual([])
      expect(run.console).toContain('Boot arguments: -v debug=0x8')
    },
  )

  it('reads on demand when the target has too little memory for the image, and gets as far', async () => {
    const run = tryIt('--memory', '130')
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toMatch(/boot\.img is read on demand: the image .* need 134 MB/)
  })

  it('tells the kernel of its root volume, by its arguments and by DHCP', async () => {
    const run = tryIt('--folder', folder, '--until', 'started')
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toContain('rd=en rp=nfs:10.77.0.1:/darwin')
  })

  it('says in the timeline that a target has too little memory', async () => {
    const run = tryIt('--memory', '64', '--timeout', '12')
    const { status, stderr } = await run.ended
    expect(status).toBe(1)
    expect(stderr).toContain('boot needs 128 MB of memory, and this machine has 64 MB')
  })

  it('says in the timeline that boot is too large', async () => {
    const boot = join(folder, 'boot')
    writeFileSync(boot, Buffer.concat([program('samples/boot'), Buffer.alloc(460_000)]))
    const { status, stderr } = await tryIt('--timeout', '12', '--kernel', KERNEL, boot).ended
    expect(status).toBe(1)
    expect(stderr).toMatch(/its \d+ KB are more than the \d+ KB that fit/)
  })

  it('names what is missing, and starts nothing', () => {
    const { status, stderr } = bootwire(['try', '--chain', 'boot132', KERNEL])
    expect(status).toBe(1)
    expect(stderr).toMatch(/Not everything .* is there: boot\./)
  })

  it('serves a boot1pxe of the user', async () => {
    const own = join(folder, 'boot1pxe')
    writeFileSync(own, program('boot1pxe.0'))
    const boot = buildTargets().find(({ name }) => name === 'samples/boot')!.path
    const run = tryIt('--profile', 'original', '--until', 'kernel', own, boot, KERNEL)
    expect(await run.ended).toMatchObject({ status: 0 })
    const served = run.of('session-started')[0]!.files
    expect(served.find(({ name }) => name.endsWith('/boot1pxe'))?.origin).toBe('your import')
  })

  it.for(['ramdisk', 'demand'])(
    'boots a real Chameleon without a disk and without a key, profile %s',
    async (profile, { skip }) => {
      const given = process.env['BOOTWIRE_CHAMELEON']
      if (given === undefined) return skip('BOOTWIRE_CHAMELEON names no folder with a boot of Chameleon')
      const boot = join(given, 'boot')
      const run = tryIt('--profile', profile, '--args', '-v rd=en', boot, KERNEL)
      expect(await run.ended).toMatchObject({ status: 0 })
      expect(run.console).toMatch(/Boot arguments: .*rd=en/)
    },
  )
})
