import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { milestonesOf } from '../../electron/clients/progress.ts'
import { Bootwire, bootwire, noVirtualTarget } from './bootwire.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

describe('bootwire try', () => {
  it('boots the sample kernel from the PXE ROM with nothing given, and shows it on the screen', async () => {
    const screenshot = join(folder, 'screen.png')
    const capture = join(folder, 'wire.pcapng')
    const run = new Bootwire(['try', '--screenshot', screenshot, '--capture', capture])
    const { status, stderr } = await run.ended
    expect(stderr).toContain('after power-on')
    expect(status).toBe(0)
    expect(run.console).toContain('Bootwire sample kernel')
    const views = milestonesOf(run.client, run.timeline.session!.milestones)
    expect(views.map(({ state }) => state)).toEqual(views.map(() => 'reached'))
    expect(run.of('session-stopped')).toHaveLength(1)
    expect(readFileSync(screenshot).subarray(1, 4).toString()).toBe('PNG')

    const tshark = spawnSync('tshark', [
      '-r',
      capture,
      '-Y',
      'tftp.opcode == 1',
      '-T',
      'fields',
      '-e',
      'tftp.source_file',
    ])
    if (tshark.error === undefined) expect(tshark.stdout.toString()).toContain('pxelinux.0')
  })

  it.each(['virtio-net-pci', 'rtl8139', 'pcnet'])('boots on a %s card', async (nic) => {
    const run = new Bootwire(['try', '--nic', nic])
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toContain('Reached the kernel')
  })

  it('hands the kernel its command line and its modules, whole', async () => {
    const module = join(process.cwd(), 'package-lock.json')
    const run = new Bootwire([
      'try',
      '--args',
      '-v rd=en text="two words"',
      '--module',
      `${module} first second`,
    ])
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toContain('-v rd=en text="two words"')
    expect(run.console).toContain('first second')
    expect(run.console).toContain(String(readFileSync(module).length))
  })

  it('stops at the milestone that was asked for', async () => {
    const run = new Bootwire(['try', '--until', 'address'])
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(Object.keys(run.client.reached)).toContain('address')
  })

  it('says which milestone did not come and why, and fails', async () => {
    const run = new Bootwire(['try', '--timeout', '20', '--faults', 'loss=100%'])
    const { status, stderr } = await run.ended
    expect(status).toBe(1)
    expect(stderr).toMatch(/did not come within 20 s\./)
    expect(stderr.length).toBeGreaterThan(60)
  })

  it('names the milestones there are when asked for one there is not', () => {
    const { status, stderr } = bootwire(['try', '--until', 'mars'])
    expect(status).toBe(1)
    expect(stderr).toContain('no milestone "mars". It has: heard, address')
  })

  it('refuses a file that is no MultiBoot kernel, says what it is, and starts nothing', () => {
    const { status, stderr } = bootwire(['try', '--kernel', 'package.json'])
    expect(status).toBe(1)
    expect(stderr).toContain('package.json')
    expect(stderr).toContain('MultiBoot')
  })

  it('says how to get QEMU when there is none', () => {
    const { status, stderr } = bootwire(['try'], { ...process.env, PATH: '/nonexistent' })
    expect(status).toBe(1)
    expect(stderr).toContain('qemu-system-x86')
  })

  it('ends cleanly on Ctrl-C and leaves no process and no file behind', async () => {
    const before = filesLeft()
    const run = new Bootwire(['try'])
    await run.until('the target to be heard', () => run.of('dhcp-received')[0])
    const { status } = await run.stop()
    expect(status).toBe(130)
    expect(targetsRunning()).toEqual([])
    expect(filesLeft()).toEqual(before)
  })

  it('leaves no target behind when the command itself is killed', async () => {
    const run = new Bootwire(['try'])
    await run.until('the target to be heard', () => run.of('dhcp-received')[0])
    run.process.kill('SIGKILL')
    await expect.poll(targetsRunning, { timeout: 5000 }).toEqual([])
  })
})

function filesLeft(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('bootwire'))
}

/** Process ids of virtual targets that this test run has started. */
function targetsRunning(): string[] {
  return readdirSync('/proc').filter((pid) => {
    const file = `/proc/${pid}/cmdline`
    if (!/^\d+$/.test(pid) || !existsSync(file)) return false
    try {
      const words = readFileSync(file, 'utf8').split('\0')
      return words[0]?.includes('qemu-system') === true && words.some((word) => word.includes('bootwire'))
    } catch {
      return false
    }
  })
}
