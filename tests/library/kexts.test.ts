import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readMkexts } from '../../electron/formats/mkext/mkext.ts'
import { readMachO } from '../../electron/formats/macho.ts'
import { identify } from '../../electron/library/identify.ts'
import { findKexts } from '../../electron/library/kexts.ts'
import { buildMkext, mkextVersionFor } from '../../electron/library/mkext-build.ts'
import { attribute, buildCompressed, ways } from '../formats/hfsplus/compressed.ts'
import { udif } from '../formats/udif.ts'
import { makeDriverFolder, makeKext } from './kext-folders.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-kexts-'))
afterAll(() => rmSync(folder, { recursive: true }))
const drivers = makeDriverFolder(join(folder, 'Extensions'))

describe('a folder of kernel extensions', () => {
  it('becomes an mkext with its plug-ins, thinned to one architecture', async () => {
    const { bundles } = await findKexts([drivers])
    const built = await buildMkext(bundles, { version: 2, architectures: ['i386'], compress: true })
    const [mkext] = readMkexts(built.bytes)
    expect(mkext?.entries.map(({ path }) => path)).toEqual([
      '/System/Library/Extensions/Driver.kext',
      '/System/Library/Extensions/Driver.kext/Contents/PlugIns/PlugIn.kext',
      '/System/Library/Extensions/IONetworkingFamily.kext',
    ])
    const codes = mkext!.entries.flatMap(({ executable }) =>
      executable === undefined ? [] : [readMachO(executable)],
    )
    expect(codes.map(({ architecture }) => architecture)).toEqual(['i386', 'i386'])
    expect(built.skipped.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Wide\.kext: .*no code for i386/),
    ])
    expect(built.problems.map(({ library }) => library)).toEqual(['com.apple.iokit.IOPCIFamily'])
  })

  it('becomes the same bytes for equal input, and one file for two architectures', async () => {
    const { bundles } = await findKexts([drivers])
    const options = { version: 1, architectures: ['i386', 'x86_64'], compress: true } as const
    const [first, second] = [await buildMkext(bundles, options), await buildMkext(bundles, options)]
    expect(first.bytes.equals(second.bytes)).toBe(true)
    expect(readMkexts(first.bytes).map(({ entries }) => entries.length)).toEqual([3, 4])
  })

  it('is identified with what it lacks; one bundle by its name', async () => {
    expect(await identify(drivers)).toMatchObject({
      kind: 'kext-folder',
      description: 'A folder of 4 kernel extensions.',
      problems: [{ library: 'com.apple.iokit.IOPCIFamily', problem: 'missing' }],
    })
    expect(await identify(join(drivers, 'Driver.kext'))).toMatchObject({
      kind: 'kext',
      description: 'The kernel extension org.example.driver 1.2.3, with 1 plug-in.',
    })
  })

  it('with a broken bundle in it is used without that, and says which and why', async () => {
    const place = join(folder, 'broken')
    makeKext(place, 'Good', { identifier: 'org.example.good' })
    mkdirSync(join(place, 'Bad.kext', 'Contents'), { recursive: true })
    writeFileSync(join(place, 'Bad.kext', 'Contents', 'Info.plist'), '<plist><dict>')
    mkdirSync(join(place, 'Empty.kext'))
    const { bundles, skipped } = await findKexts([place])
    expect(bundles.map(({ info }) => info.identifier)).toEqual(['org.example.good'])
    expect(skipped.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Bad\.kext: XML property list/),
      expect.stringMatching(/^Empty\.kext: Info\.plist is not in it/),
    ])
  })

  it('that leads out of itself by links or names is not followed', async ({ skip }) => {
    skip(process.platform === 'win32', 'links take rights on Windows')
    const place = join(folder, 'links')
    const bundle = makeKext(place, 'Linked', { identifier: 'org.example.linked', architectures: ['i386'] })
    symlinkSync(folder, join(bundle, 'Contents', 'PlugIns'))
    const { bundles } = await findKexts([place])
    expect(bundles).toHaveLength(1)
  })

  it('gives the same mkext from a disk image in which Mac OS X compressed it', async () => {
    const files = readdirSync(drivers, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      if (!entry.isFile()) return []
      const place = join(entry.parentPath, entry.name)
      const path = `System/Library/Extensions/${relative(drivers, place).split(sep).join('/')}`
      return [ways['by zlib in the resource fork'](path, readFileSync(place))]
    })
    const broken = { path: 'System/Library/Extensions/Late.kext/Info.plist', attribute: attribute(8, 100) }
    const image = join(folder, 'Install.dmg')
    writeFileSync(image, udif(await buildCompressed([...files, broken]), { packing: ['zlib'] }))
    const options = { version: 2, architectures: ['x86_64'], compress: true } as const
    const fromImage = await findKexts([image])
    const built = await buildMkext(fromImage.bundles, options)
    await fromImage.close()
    expect(fromImage.skipped.map(({ text }) => text)).toEqual([expect.stringMatching(/^Late\.kext: .*LZVN/)])
    const { bundles } = await findKexts([drivers])
    expect(built.bytes.equals((await buildMkext(bundles, options)).bytes)).toBe(true)
  })

  it('that is not there is told as such', async () => {
    await expect(findKexts([join(folder, 'nothing')])).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the version of an mkext', () => {
  it('is the one that the kernel reads', () => {
    expect([8, 9, 10, 12].map((major) => mkextVersionFor({ major, minor: 0, patch: 0 }))).toEqual([
      1, 1, 2, 2,
    ])
  })
})
