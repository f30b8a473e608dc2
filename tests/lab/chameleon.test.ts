import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { milestonesOf } from '../../electron/clients/progress.ts'
import { makeDriverFolder } from '../library/kext-folders.ts'
import { Bootwire, bootwire, noVirtualTarget } from './bootwire.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-chameleon-lab-'))
afterAll(() => rmSync(folder, { recursive: true }))
const environment = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
const built = (name: string) => buildTargets().find((program) => program.name === `samples/${name}`)!.path
const kernel = built('mach_kernel')
const root = join(folder, 'root')
mkdirSync(root)
const extensions = makeDriverFolder(join(folder, 'Extensions'))

/** Until the kernel runs: it is a stand-in, which mounts nothing. */
const parameters = (...files: readonly string[]) => [
  ...['try', '--chain', 'chameleon', '--folder', root, '--until', 'started', '--timeout', '240'],
  ...files,
]
const ARGUMENTS = 'Boot arguments: -v rd=en rp=nfs:10.77.0.1:/darwin debug=0x8'

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

/** What a file's line looks like on the target. */
function told(path: string, content: Uint8Array): string {
  return `${path}: ${content.length} bytes, CRC-32 ${crc32(content).toString(16).padStart(8, '0')}`
}

function reachedAll(run: Bootwire): boolean {
  const views = milestonesOf(run.client, run.timeline.session!.milestones)
  const last = views.findIndex(({ milestone }) => milestone.id === 'started')
  return views.slice(0, last + 1).every(({ state }) => state === 'reached')
}

describe('Darwin by Chameleon', { timeout: 300_000 }, () => {
  it('boots from the image that Bootwire made, by memdisk, boot0 and boot1h', async () => {
    const run = new Bootwire(parameters(built('boot'), kernel, extensions), undefined, environment)
    expect(await run.ended).toMatchObject({ status: 0 })
    const mkext = join(folder, 'Extensions.mkext')
    bootwire(['mkext', 'build', extensions, '--kernel', kernel, '--output', mkext])
    expect(run.console).toContain('Boot device 80')
    expect(run.console).toContain(told('/mach_kernel', readFileSync(kernel)))
    expect(run.console).toContain(told('/Extra/Extensions.mkext', readFileSync(mkext)))
    expect(run.console).toContain(ARGUMENTS)
    expect(reachedAll(run)).toBe(true)
    expect(run.of('artefact-progress').at(-1)).toMatchObject({ name: 'darwin.img' })
    const hints = run.of('session-started')[0]!.hints!.map(({ text }) => text)
    expect(hints).toContainEqual(expect.stringContaining('com.apple.iokit.IOPCIFamily'))
  })

  it('boots from the same image as a module of mboot.c32, which is not made again', async () => {
    const files = [built('boot'), kernel, extensions]
    const run = new Bootwire([...parameters(...files), '--profile', 'ramdisk'], undefined, environment)
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toMatch(/Booted by MultiBoot, with a module of \d+ bytes\./)
    expect(run.console).toContain(told('/mach_kernel', readFileSync(kernel)))
    expect(run.console).toContain(ARGUMENTS)
    expect(reachedAll(run)).toBe(true)
    expect(run.of('artefact-progress')).toEqual([])
  })

  it('boots by a real build of Chameleon', async ({ skip }) => {
    const given = process.env['BOOTWIRE_CHAMELEON']
    skip(given === undefined, 'BOOTWIRE_CHAMELEON names no folder with boot, boot0 and boot1h')
    const files = ['boot', 'boot0', 'boot1h'].map((name) => join(given!, name))
    const run = new Bootwire(parameters(...files, kernel, extensions), undefined, environment)
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.console).toContain(ARGUMENTS)
    expect(reachedAll(run)).toBe(true)
  })

  it('says what is missing before anything is started', () => {
    const { status, stderr } = bootwire(['try', '--chain', 'chameleon', kernel], environment)
    expect(status).toBe(1)
    expect(stderr).toContain('The boot loader "boot"')
    expect(stderr).toContain('RC4')
  })
})
