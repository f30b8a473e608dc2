import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { VolumeEntry } from '../../../electron/formats/hfsplus/entries.ts'
import type { VolumeOptions } from '../../../electron/formats/hfsplus/layout.ts'
import { buildImage, bytesEntry } from '../../../electron/library/images/build.ts'
import type { ImageContent } from '../../../electron/library/images/content.ts'
import { fsck, fshfsinfo, isThere, sevenZip, sevenZipList } from './foreign.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-images-'))
afterAll(() => rmSync(folder, { recursive: true }))

const output = join(folder, 'volume.img')
const SECTOR = 512

const entries: readonly VolumeEntry<ImageContent>[] = [
  bytesEntry('mach_kernel', Buffer.alloc(300_001, 'kernel'), { mode: 0o755 }),
  bytesEntry('Extra/com.apple.Boot.plist', Buffer.from('<plist/>\n')),
  bytesEntry('System/Library/CoreServices/SystemVersion.plist', Buffer.alloc(0)),
  { kind: 'symlink', path: 'etc', target: 'private/etc' },
  { kind: 'folder', path: 'Résumé: Ω 가', mode: 0o700, owner: 501, group: 20 },
]

async function build(volume: Partial<VolumeOptions> = {}, list = entries): Promise<string> {
  await buildImage({
    output,
    entries: list,
    volume: { name: 'Bootwire', date: 1_000_000_000, ...volume },
    disk: { scheme: 'none' },
  })
  return output
}

const shapes: readonly { readonly what: string; readonly volume: Partial<VolumeOptions> }[] = [
  { what: 'of default shape', volume: {} },
  { what: 'with free space', volume: { size: 20_000_000 } },
  { what: 'that is case-sensitive', volume: { caseSensitive: true } },
  { what: 'of the smallest blocks', volume: { blockSize: 512, nodeSize: 4096 } },
  { what: 'of files in many extents', volume: { blockSize: 512, extentBlocks: 3 } },
]

describe('a volume', () => {
  it.for(shapes)('$what is found good by fsck.hfsplus', async ({ volume }, { skip }) => {
    skip(!isThere('fsck.hfsplus'), 'fsck.hfsplus is not there')
    for (const list of [entries, []]) {
      const { status, output: said } = fsck(await build(volume, list))
      expect(said).toContain('appears to be OK')
      expect(status).toBe(0)
    }
  })

  it('is read by 7-Zip with every name and size', async ({ skip }) => {
    skip(!isThere('7zz'), '7zz is not there')
    const image = await build()
    expect(sevenZip(image).status).toBe(0)
    const list = sevenZipList(image)
    expect(list.get('mach_kernel')).toBe(300_001)
    expect(list.get('Extra/com.apple.Boot.plist')).toBe(9)
    // It shows what is stored, and the separator of other systems as something else.
    expect([...list.keys()]).toContain('Résumé_ Ω 가'.normalize('NFD'))
  })

  it('is read by libfshfs', async ({ skip }) => {
    skip(!isThere('fshfsinfo'), 'fshfsinfo is not there')
    const { status, output: said } = fshfsinfo(await build())
    expect(status).toBe(0)
    expect(said).toContain('/System/Library/CoreServices/SystemVersion.plist')
  })

  it('is the same, byte for byte, in whatever order its entries come', async () => {
    const first = readFileSync(await build())
    expect(readFileSync(await build({}, entries.toReversed())).equals(first)).toBe(true)
  })

  it('has the boot blocks before its header, and a volume ID of zero when that is asked for', async () => {
    const bootBlocks = Buffer.alloc(1024, 'boot1h')
    const bytes = readFileSync(await build({ bootBlocks, identifier: 0n }))
    expect(bytes.subarray(0, 1024).equals(bootBlocks)).toBe(true)
    expect(bytes.toString('latin1', 1024, 1026)).toBe('H+')
    expect(bytes.readBigUInt64BE(1024 + 104)).toBe(0n)
    expect(readFileSync(await build()).readBigUInt64BE(1024 + 104)).not.toBe(0n)
  })

  it('refuses names that it cannot tell apart, and keeps what was there before', async () => {
    const before = readFileSync(await build())
    const twice = [bytesEntry('Makefile', Buffer.from('1')), bytesEntry('makefile', Buffer.from('2'))]
    await expect(build({}, twice)).rejects.toThrow('differs only by case')
    expect(readFileSync(output).equals(before)).toBe(true)
    await expect(build({ caseSensitive: true }, twice)).resolves.toBeDefined()
  })

  it('stops when a file changed since it was planned, and leaves nothing half done', async () => {
    const path = join(folder, 'growing')
    writeFileSync(path, 'abc')
    const content = { kind: 'path', path, size: 2 } as const
    const entry: VolumeEntry<ImageContent> = { kind: 'file', path: 'growing', size: 2, content }
    rmSync(output)
    await expect(build({}, [entry])).rejects.toThrow('changed while the image was built')
    expect(readdirSync(folder)).toEqual(['growing'])
  })
})

describe('a disk', () => {
  it('has one active partition of type AF, with boot0 before the table', async () => {
    const bootCode = Buffer.alloc(512, 0xeb)
    const disk = { scheme: 'mbr', bootCode } as const
    const { size } = await buildImage({ output, entries, volume: { name: 'Bootwire' }, disk })
    const bytes = readFileSync(output)
    expect(bytes.length).toBe(size)
    expect(bytes.subarray(0, 440).equals(bootCode.subarray(0, 440))).toBe(true)
    expect(bytes[446]).toBe(0x80)
    expect(bytes[450]).toBe(0xaf)
    expect(bytes.readUInt16LE(510)).toBe(0xaa55)
    const start = bytes.readUInt32LE(454)
    expect((start + bytes.readUInt32LE(458)) * SECTOR).toBe(size)
    expect(bytes.toString('latin1', start * SECTOR + 1024, start * SECTOR + 1026)).toBe('H+')
  })
})
