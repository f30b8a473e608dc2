import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BootPlan } from '../../electron/chains/chain.ts'
import type { Happening } from '../../electron/clients/events.ts'
import { readMkexts } from '../../electron/formats/mkext/mkext.ts'
import { isDictionary, readPlist, writePlist } from '../../electron/formats/plist/plist.ts'
import { extractVolume } from '../../electron/library/images/extract.ts'
import { openImage } from '../../electron/library/images/open.ts'
import { ChainChoice } from '../../electron/service/commands.ts'
import { planChameleonChoice } from '../../electron/service/planning/chameleon.ts'
import { boot132, KERNEL_BANNER, machO } from '../formats/darwin/files.ts'
import { buildCompressed, ways } from '../formats/hfsplus/compressed.ts'
import { udif } from '../formats/udif.ts'
import { makeDriverFolder } from '../library/kext-folders.ts'

/** What a build puts beside the program. */
const made = vi.hoisted(() => ({ BOOT0: '', BOOT1H: '', SAMPLE_BOOT: '', SAMPLE_DARWIN_KERNEL: '' }))
vi.mock('../../electron/service/resources.ts', () => made)

const folder = mkdtempSync(join(tmpdir(), 'bootwire-chameleon-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (...names: string[]) => join(folder, ...names)
const RC4 = 'Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC4 r684'

function sectors(count: number, text: string): Buffer {
  const bytes = Buffer.alloc(count * 512)
  bytes.write(text, 100)
  bytes.writeUInt16LE(0xaa55, 510)
  return bytes
}

beforeAll(() => {
  mkdirSync(at('root', 'sbin'), { recursive: true })
  const files: Record<string, Buffer | string> = {
    boot: boot132(RC4),
    boot0: sectors(1, 'boot0'),
    boot1h: sectors(2, 'boot1'),
    mach_kernel: machO({ entry: 0x200100, text: KERNEL_BANNER }),
    kernel15: machO({ entry: 1, text: 'Darwin Kernel Version 15.6.0: x' }),
    'options.plist': writePlist({ 'Kernel Flags': 'cpus=1', Theme: 'plain' }),
    'root.dmg': Buffer.alloc(4096),
    'notes.txt': 'no part of a boot',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content)
  Object.assign(made, {
    BOOT0: at('boot0'),
    BOOT1H: at('boot1h'),
    SAMPLE_BOOT: at('boot'),
    SAMPLE_DARWIN_KERNEL: at('mach_kernel'),
  })
  makeDriverFolder(at('Extensions'))
})

async function plan(choice: object, watchesConsole = false) {
  const events: Happening[] = []
  const result = await planChameleonChoice(ChainChoice.parse({ id: 'chameleon', ...choice }), {
    address: '10.77.0.1',
    watchesConsole,
    artefacts: at('artefacts'),
    emit: (event) => events.push(event),
  })
  return { ...result, made: events.some(({ type }) => type === 'artefact-progress') }
}

const files = (...names: string[]) => ({ imports: names.map((name) => at(name)) })
const everything = files('boot', 'mach_kernel', 'Extensions')
const text = ({ hints = [] }: BootPlan) => hints.map((hint) => `${hint.text} ${hint.type ?? ''}`).join('\n')

/** The image that a plan serves. */
function imageOf({ files: served }: BootPlan): string {
  const content = served.find(({ name }) => name === 'darwin.img')?.content
  if (content?.kind !== 'file') throw new Error('no image')
  return content.path
}

async function unpacked(plan: BootPlan): Promise<(path: string) => Buffer> {
  const image = await openImage(imageOf(plan))
  const out = mkdtempSync(at('out-'))
  await extractVolume(image.volume, out)
  await image.close()
  return (path) => readFileSync(join(out, path))
}

// PXELINUX and memdisk are taken from this computer, as a session would take them.
describe('the image for Chameleon', () => {
  it('has boot loader, kernel, extensions and options where they are looked for', async () => {
    const planned = await plan({ ...everything, folder: at('root') })
    const file = await unpacked(planned)
    expect(file('boot').equals(readFileSync(at('boot')))).toBe(true)
    expect(file('mach_kernel').equals(readFileSync(at('mach_kernel')))).toBe(true)
    expect(readMkexts(file('Extra/Extensions.mkext'))).toMatchObject([{ version: 2, architecture: 'i386' }])
    expect(readPlist(file('System/Library/CoreServices/SystemVersion.plist'))).toMatchObject({
      ProductVersion: '10.6.8',
    })
    for (const name of ['com.apple', 'org.chameleon'])
      expect(readPlist(file(`Extra/${name}.Boot.plist`))).toMatchObject({
        Kernel: 'mach_kernel',
        'Kernel Flags': '-v rd=en rp=nfs:10.77.0.1:/darwin',
        Timeout: '1',
        GUI: 'No',
      })
    const disk = readFileSync(imageOf(planned))
    expect(disk.subarray(0, 440).equals(readFileSync(at('boot0')).subarray(0, 440))).toBe(true)
    expect([disk[446], disk[450]]).toEqual([0x80, 0xaf])
    const volume = disk.readUInt32LE(454) * 512
    expect(disk.subarray(volume, volume + 1024).equals(readFileSync(at('boot1h')))).toBe(true)
    // A volume ID would become boot-uuid, which wins over rd=.
    expect(disk.readBigUInt64BE(volume + 1024 + 104)).toBe(0n)
  })

  it('has them elsewhere for the boot-132 of Apple, and says where', async () => {
    writeFileSync(at('boot-apple'), boot132('Darwin/x86 boot v5.0.132'))
    const planned = await plan(files('boot-apple', 'mach_kernel'))
    const path = 'Library/Preferences/SystemConfiguration/com.apple.Boot.plist'
    expect(readPlist((await unpacked(planned))(path))).toMatchObject({ 'Kernel Flags': '-v' })
    expect(text(planned)).toContain(`where boot-132 looks for them: ${path}`)
    expect(text(await plan(everything))).toContain(
      'where Chameleon looks for them: Extra/com.apple.Boot.plist and Extra/org.chameleon.Boot.plist',
    )
  })

  it('has the extensions of an Apple disk image, which is not booted itself', async () => {
    const info = readFileSync(at('Extensions/Wide.kext/Contents/Info.plist'))
    const code = readFileSync(at('Extensions/Driver.kext/Contents/MacOS/Driver'))
    const inside = 'System/Library/Extensions/Wide.kext/Contents'
    const volume = await buildCompressed([
      ways['by zlib in the attribute'](`${inside}/Info.plist`, info),
      ways['by zlib in the resource fork'](`${inside}/MacOS/Wide`, code),
    ])
    writeFileSync(at('Install.dmg'), udif(volume, { packing: ['zlib'] }))
    const planned = await plan(files('boot', 'mach_kernel', 'Install.dmg'))
    const [mkext] = readMkexts((await unpacked(planned))('Extra/Extensions.mkext'))
    expect(mkext?.entries.map(({ path }) => path)).toEqual(['/System/Library/Extensions/Wide.kext'])
    expect(text(planned)).toContain('Kernel extensions are taken from Install.dmg.')
  })

  it('is made again only when something on it has changed', async () => {
    const first = await plan({ ...everything, arguments: '-v -x' })
    const second = await plan({ ...everything, arguments: '-v -x' })
    expect([first.made, second.made]).toEqual([true, false])
    expect(imageOf(second)).toBe(imageOf(first))
    expect((await plan({ ...everything, arguments: '-s' })).made).toBe(true)
    copyFileSync(at('mach_kernel'), at('other_kernel'))
    expect((await plan({ ...files('boot', 'other_kernel', 'Extensions'), arguments: '-s' })).made).toBe(false)
    writeFileSync(at('other_kernel'), Buffer.concat([readFileSync(at('mach_kernel')), Buffer.from('new')]))
    expect((await plan({ ...files('boot', 'other_kernel', 'Extensions'), arguments: '-s' })).made).toBe(true)
  })

  it('is told a version of Darwin that the user chose', async () => {
    const file = await unpacked(await plan({ ...everything, darwin: '12.5' }))
    const version = readPlist(file('System/Library/CoreServices/SystemVersion.plist'))
    expect(isDictionary(version) && version['ProductVersion']).toBe('10.8.5')
  })

  it("starts from the user's own boot options", async () => {
    const given = { ...files('boot', 'mach_kernel', 'options.plist'), folder: at('root'), arguments: '-s' }
    const file = await unpacked(await plan(given))
    expect(readPlist(file('Extra/com.apple.Boot.plist'))).toMatchObject({
      Theme: 'plain',
      'Kernel Flags': 'cpus=1 -s rd=en rp=nfs:10.77.0.1:/darwin',
    })
  })
})

describe('what is told before a boot of Darwin', () => {
  it('names what is missing', async () => {
    await expect(plan(files('mach_kernel'))).rejects.toThrow(/The boot loader "boot" is missing.*RC4/)
    await expect(plan(files('boot'))).rejects.toThrow(/A kernel of Darwin is missing/)
    await expect(plan(files('boot', 'mach_kernel', 'notes.txt'))).rejects.toThrow(/notes\.txt has no place/)
  })

  it('names libraries of extensions that are not there, the image and the memory', async () => {
    const told = text(await plan(everything))
    expect(told).toMatch(/com\.apple\.iokit\.IOPCIFamily is not among these extensions/)
    expect(told).toMatch(/The disk image has \d.* The target takes 512 MB of memory or more\./)
    expect(text(await plan(files('boot', 'mach_kernel')))).toContain('No kernel extensions were given')
  })

  it('shows the keys that a ramdisk takes, and the flags to type', async () => {
    const told = await plan({ ...everything, profile: 'ramdisk', folder: at('root') })
    expect(told.hints).toContainEqual(expect.objectContaining({ type: '?rd m rd(0,1)/x' }))
    expect(told.hints).toContainEqual(expect.objectContaining({ type: '-v rd=en rp=nfs:10.77.0.1:/darwin' }))
  })

  it('warns of a build that does not come up this way, and of none that does', async () => {
    writeFileSync(at('boot-rc5'), boot132('Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC5 r1227'))
    const given = files('boot-rc5', 'mach_kernel')
    expect(text(await plan({ ...given, profile: 'ramdisk' }))).toContain('Wrong Multiboot magic')
    expect(text(await plan({ ...given, profile: 'memdisk' }))).not.toContain('Wrong Multiboot magic')
  })

  it('refuses a network root for a kernel that cannot have one', async () => {
    await expect(plan({ ...files('boot', 'kernel15'), folder: at('root') })).rejects.toThrow(
      /Darwin 15\.6\.0 cannot mount its root from the network/,
    )
    await expect(plan(files('boot', 'kernel15'))).resolves.toBeDefined()
  })
})

describe('the ways of starting Chameleon', () => {
  const config = ({ files: served }: BootPlan) => {
    const content = served.find(({ name }) => name === 'pxelinux.cfg/default')?.content
    return content?.kind === 'bytes' ? Buffer.from(content.bytes).toString() : ''
  }

  it('are memdisk with the image, mboot.c32 with it, and mboot.c32 alone', async () => {
    expect(config(await plan(everything))).toContain(
      '  KERNEL memdisk\n  INITRD darwin.img\n  APPEND harddisk raw\n',
    )
    const ramdisk = config(await plan({ ...everything, profile: 'ramdisk' }))
    expect(ramdisk).toContain('APPEND boot biosdev=80 timeout=1 --- darwin.img')
    const local = await plan({ ...files('boot'), profile: 'local' })
    expect(config(local)).toContain('APPEND boot biosdev=80 timeout=5\n')
    expect(local.files.map(({ name }) => name)).not.toContain('darwin.img')
  })

  it('export the root volume under the name that the kernel is told', async () => {
    const { exports, milestones } = await plan({ ...everything, folder: at('root') })
    expect(exports).toMatchObject([{ path: '/darwin', source: { kind: 'folder', folder: at('root') } }])
    expect(milestones.slice(-4).map(({ id }) => id)).toEqual(['asked-again', 'portmap', 'mounted', 'root'])
  })

  it('export a disk image alone, and name it behind the path', async () => {
    const planned = await plan({ ...everything, folder: at('root.dmg') })
    expect(planned.exports).toMatchObject([{ source: { kind: 'tree', files: [{ name: 'root.dmg' }] } }])
    const file = await unpacked(planned)
    expect(file('Extra/com.apple.Boot.plist').toString()).toContain('rp=nfs:10.77.0.1:/darwin:root.dmg')
  })

  it('have the kernel log to a serial port that can be seen', async () => {
    const file = await unpacked(await plan(everything, true))
    expect(file('Extra/com.apple.Boot.plist').toString()).toContain('<string>-v debug=0x8</string>')
  })
})
