import { describe, expect, it } from 'vitest'
import { planBoot132, type Boot132Choices } from '../../electron/chains/boot132.ts'
import { chooseWay, wayObstacle, type Boot132Way } from '../../electron/chains/boot132-way.ts'
import type { Boot132 } from '../../electron/formats/darwin/boot132.ts'

const APPLE: Boot132 = { family: 'boot-132', banner: 'Darwin/x86 boot v5.0.132' }
const CHAMELEON: Boot132 = { family: 'Chameleon', version: '2.0-RC4 r684', banner: '' }
const MEGABYTE = 1024 * 1024

const content = (text: string) => ({
  content: { kind: 'bytes', bytes: Buffer.from(text) } as const,
  origin: 'a test',
})

function plan(way: Boot132Way, more: Partial<Boot132Choices> = {}) {
  return planBoot132({
    server: '10.77.0.1',
    name: 'darwin',
    program: content('program'),
    isOriginal: false,
    boot: content('boot'),
    way: chooseWay(way, APPLE, 60 * MEGABYTE),
    ...(way === 'network' ? {} : { image: content('image') }),
    files: way === 'network' ? [{ name: 'mach.macosx', ...content('kernel') }] : [],
    seesKernel: false,
    remarks: [],
    ...more,
  })
}

const settingsOf = ({ files }: ReturnType<typeof plan>) => {
  const found = files.find(({ name }) => name.endsWith('/boot1pxe.cfg'))?.content
  return found?.kind === 'bytes' ? Buffer.from(found.bytes).toString() : undefined
}
const client = { mac: '52:54:00:12:34:56', firmware: 'bios', protocol: 'dhcp' } as const

describe('the way that boot gets its kernel', () => {
  it('is left to boot1pxe for an image that can be loaded, which is told what boot needs for itself', () => {
    const { way, memory, reason } = chooseWay('auto', APPLE, 60 * MEGABYTE)
    expect({ way, memory }).toEqual({ way: 'auto', memory: 128 })
    expect(reason).toContain('192 MB')
    expect(settingsOf(plan('auto'))).toBe('way auto\nmemory 128\ndisk nfs:10.77.0.1:/boot132/boot.img\n')
  })

  it('is on demand for an image that would take long to load, and says so', () => {
    const { way, reason } = chooseWay('auto', CHAMELEON, 1024 * MEGABYTE)
    expect(way).toBe('demand')
    expect(reason).toContain('too large')
  })

  it('takes what Chameleon uses of the memory from the target', () => {
    expect(chooseWay('ramdisk', CHAMELEON, 60 * MEGABYTE)).toMatchObject({ ownMemory: 417, memory: 481 })
  })

  it('is by name only for builds whose network code works', () => {
    expect(wayObstacle('network', CHAMELEON)).toContain('Chameleon has no working network code')
    expect(wayObstacle('network', APPLE)).toBeUndefined()
    expect(wayObstacle('demand', CHAMELEON)).toBeUndefined()
  })
})

describe('chain boot132', () => {
  it('lays its files out in one directory, whose program the firmware is told to load', () => {
    const planned = plan('ramdisk')
    expect(planned.files.map(({ name }) => name)).toEqual(
      ['boot1pxe', 'boot', 'boot1pxe.cfg', 'boot.img'].map((name) => `darwin.nbi/i386/${name}`),
    )
    expect(planned.answer(client)).toEqual({ file: 'darwin.nbi/i386/boot1pxe' })
    expect(planned.answer({ ...client, firmware: 'uefi' })).toContain('legacy BIOS')
  })

  it('exports the image only where it may be read on demand', () => {
    expect(plan('ramdisk').exports).toEqual([])
    expect(plan('demand').files.map(({ name }) => name)).not.toContain('darwin.nbi/i386/boot.img')
    expect(plan('demand').exports).toMatchObject([{ path: '/boot132', writable: false }])
    expect(plan('auto').exports).toHaveLength(1)
  })

  it('tells the root volume by option 17 as the kernel reads it, and waits for its mount', () => {
    const root = {
      export: { path: '/darwin', source: { kind: 'folder', folder: '/srv' }, writable: true, keep: false },
      flags: ['rd=en', 'rp=nfs:10.77.0.1:/darwin'],
    } as const
    const planned = plan('demand', { root })
    expect(planned.answer(client)).toMatchObject({ rootPath: 'nfs:10.77.0.1:/darwin' })
    // iPXE would attach it as a disk, and stop when it cannot.
    expect(planned.answer({ ...client, userClass: 'iPXE' })).not.toHaveProperty('rootPath')
    expect(planned.milestones.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['disk', 'asked-again', 'mounted', 'root']),
    )
  })

  it('follows the files that boot asks for by name', () => {
    const { milestones, exports } = plan('network')
    expect(milestones.find(({ id }) => id === 'kernel')?.trigger).toEqual({
      on: 'transfer-complete',
      file: 'darwin.nbi/i386/mach.macosx',
    })
    expect(exports).toEqual([])
  })

  it('gives no settings to a boot1pxe of the user', () => {
    expect(settingsOf(plan('network', { isOriginal: true }))).toBeUndefined()
  })

  it('takes it as usual that boot looks for options in many places, and not that boot itself is missing', () => {
    const planned = plan('network')
    expect(planned.expectsMiss('darwin.nbi/i386/com.apple.lre.Boot.plist')).toBe(true)
    expect(planned.expectsMiss('darwin.nbi/i386/boot')).toBe(false)
    expect(planned.expectsMiss('elsewhere')).toBe(false)
  })

  it('says which way was taken and why, how much memory it takes, and what is wrong with the files', () => {
    const hints = plan('demand', { remarks: ['A kext is missing.'] }).hints?.map(({ text }) => text)
    expect(hints).toEqual([
      expect.stringContaining('fetches what is read by NFS'),
      'The target needs 128 MB of memory.',
      'A kext is missing.',
    ])
  })
})
