import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import type { ServedFile } from '../../electron/chains/chain.ts'
import { milestonesOf } from '../../electron/clients/progress.ts'
import { bootPlist } from '../../electron/formats/darwin/boot-plist.ts'
import { buildImage, bytesEntry } from '../../electron/library/images/build.ts'
import { ChainChoice } from '../../electron/service/commands.ts'
import { planChameleonChoice } from '../../electron/service/planning/chameleon.ts'
import { makeDriverFolder } from '../library/kext-folders.ts'
import { Bootwire, bootwire, noVirtualTarget } from './bootwire.ts'
import { ServedWire, Target } from './target.ts'

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

function bytesOf(files: readonly ServedFile[]): Record<string, Buffer> {
  return Object.fromEntries(
    files.map(({ name, content }) => [
      name,
      content.kind === 'bytes' ? Buffer.from(content.bytes) : readFileSync(content.path),
    ]),
  )
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

  it('boots from the disk of the target itself, whose options the kernel gets', async () => {
    const disk = join(folder, 'own disk.img')
    const extensions = Buffer.alloc(5000, 'extensions')
    const content = readFileSync(kernel)
    const options = bootPlist({ kernel: 'mach_kernel', flags: ['-v', 'cpus=1'], timeout: 1, gui: false })
    const entries = [
      bytesEntry('mach_kernel', content),
      bytesEntry('Extra/Extensions.mkext', extensions),
      bytesEntry('Extra/com.apple.Boot.plist', Buffer.from(options)),
    ]
    await buildImage({ output: disk, entries, volume: { name: 'Darwin' }, disk: { scheme: 'mbr' } })

    const choice = ChainChoice.parse({ id: 'chameleon', profile: 'local', imports: [built('boot')] })
    const context = { address: '10.77.0.1', watchesConsole: true, artefacts: folder, emit: () => undefined }
    const { files } = await planChameleonChoice(choice, context)
    const served = await ServedWire.open({ files: bytesOf(files), bootFile: 'pxelinux.0' })
    const target = await Target.start({
      wire: served.wire,
      memory: 128,
      more: ['-drive', `file=${disk},format=raw,if=ide,snapshot=on`],
    })
    try {
      const said = await target.hear('Boot arguments: -v cpus=1')
      expect(said).toContain('Boot device 80')
      expect(said).toContain(told('/mach_kernel', content))
      expect(said).toContain(told('/Extra/Extensions.mkext', extensions))
    } finally {
      await target.off()
      await served.close()
    }
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
