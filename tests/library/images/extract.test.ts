import { spawnSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VolumeEntry } from '../../../electron/formats/hfsplus/entries.ts'
import { buildImage, bytesEntry, type ImageRequest } from '../../../electron/library/images/build.ts'
import type { ImageContent } from '../../../electron/library/images/content.ts'
import { extractVolume, type ExtractOptions } from '../../../electron/library/images/extract.ts'
import { folderEntries } from '../../../electron/library/images/folder.ts'
import { hostPath } from '../../../electron/library/images/host-path.ts'
import { openImage } from '../../../electron/library/images/open.ts'
import { attribute, buildCompressed, ways } from '../../formats/hfsplus/compressed.ts'
import { fileEntry } from '../../formats/hfsplus/volumes.ts'

let work: string
beforeEach(() => void (work = mkdtempSync(join(tmpdir(), 'bootwire-extract-'))))
afterEach(() => rmSync(work, { recursive: true }))

async function image(entries: ImageRequest['entries']): Promise<string> {
  const output = join(work, 'disk.img')
  await buildImage({ output, entries, volume: { name: 'Volume' }, disk: { scheme: 'mbr' } })
  return output
}

async function extract(path: string, options: ExtractOptions = {}, to = join(work, 'out')) {
  const opened = await openImage(path)
  try {
    return await extractVolume(opened.volume, to, options)
  } finally {
    await opened.close()
  }
}

describe('a folder', () => {
  it('comes back from an image as it was: contents, permissions, dates and links', async () => {
    const folder = join(work, 'in')
    mkdirSync(join(folder, 'System/Größe'), { recursive: true, mode: 0o755 })
    writeFileSync(join(folder, 'System/Größe/a:b'), Buffer.alloc(100_000, 'x'), { mode: 0o640 })
    writeFileSync(join(folder, 'boot'), 'loader', { mode: 0o755 })
    writeFileSync(join(folder, 'empty'), '')
    mkdirSync(join(folder, 'locked'), { mode: 0o555 })
    symlinkSync('../../etc/passwd', join(folder, 'away'))
    symlinkSync('System/Größe', join(folder, 'inside'))
    expect(await extract(await image(folderEntries(folder)))).toEqual({
      files: 3,
      folders: 3,
      size: 100_006,
    })
    const out = join(work, 'out')
    expect(readFileSync(join(out, 'System/Größe/a:b')).equals(Buffer.alloc(100_000, 'x'))).toBe(true)
    expect(readlinkSync(join(out, 'away'))).toBe('../../etc/passwd')
    expect(readlinkSync(join(out, 'inside'))).toBe('System/Größe')
    for (const name of ['boot', 'empty', 'locked', 'System/Größe', 'System/Größe/a:b']) {
      const [before, after] = [statSync(join(folder, name)), statSync(join(out, name))]
      expect(after.mode).toBe(before.mode)
      expect(Math.floor(after.mtimeMs / 1000)).toBe(Math.floor(before.mtimeMs / 1000))
    }
  })

  it('leaves out what cannot be on a volume, and says so', async ({ skip }) => {
    skip(spawnSync('mkfifo', [join(work, 'pipe')]).status !== 0, 'mkfifo is not there')
    writeFileSync(join(work, 'file'), '')
    const skipped: string[] = []
    const entries = []
    for await (const entry of folderEntries(work, { onSkipped: (path) => skipped.push(path) }))
      entries.push(entry)
    expect(entries.map(({ path }) => path)).toEqual(['file'])
    expect(skipped).toEqual([join(work, 'pipe')])
  })
})

describe('extracting', () => {
  it('unpacks what Mac OS X compressed, and leaves out by name what it cannot', async () => {
    const content = Buffer.alloc(150_000, 'kernel extension')
    const bomb = attribute(3, 100, deflateSync(Buffer.alloc(1_000_000)))
    const image = join(work, 'compressed.img')
    const files = [
      ways['by zlib in the resource fork']('A.kext/Contents/MacOS/A', content),
      ways['by zlib in the attribute']('A.kext/Contents/Info.plist', Buffer.from('plist')),
      { path: 'bomb', attribute: bomb },
      { path: 'later', attribute: attribute(8, 1_000_000) },
    ]
    writeFileSync(image, await buildCompressed(files, [fileEntry('plain', 'plain')]))
    const told = new Map<string, string>()
    const done = await extract(image, { onSkipped: (path, why) => told.set(path, why) })
    expect(readFileSync(join(work, 'out/A.kext/Contents/MacOS/A')).equals(content)).toBe(true)
    expect(readFileSync(join(work, 'out/A.kext/Contents/Info.plist'), 'utf8')).toBe('plist')
    expect([...told.keys()].sort()).toEqual(['bomb', 'later'])
    expect(told.get('later')).toContain('LZVN')
    expect(readdirSync(join(work, 'out'))).not.toContain('bomb')
    expect(readFileSync(join(work, 'out/plain'), 'utf8')).toBe('plain')
    const sizes = readdirSync(join(work, 'out'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
    expect(done).toMatchObject({ files: sizes.length, size: sizes.reduce((sum, size) => sum + size) })
  })

  it('writes nothing through a link of the volume, and nothing over what is there', async () => {
    const outside = join(work, 'outside')
    mkdirSync(outside)
    const entries: VolumeEntry<ImageContent>[] = [
      { kind: 'symlink', path: 'a link', target: outside },
      bytesEntry('folder/file', Buffer.from('1')),
    ]
    await extract(await image(entries))
    expect(lstatSync(join(work, 'out/a link')).isSymbolicLink()).toBe(true)
    expect(readdirSync(outside)).toEqual([])
    await expect(extract(join(work, 'disk.img'))).rejects.toThrow('is not empty')
    symlinkSync(outside, join(work, 'through'))
    await expect(extract(join(work, 'disk.img'), {}, join(work, 'through'))).rejects.toThrow('is not empty')
    expect(readdirSync(outside)).toEqual([])
  })

  it('takes one file or folder, with what is in it', async () => {
    const path = await image([
      bytesEntry('System/Library/Extensions/A.kext/Info.plist', Buffer.from('plist')),
      bytesEntry('System/Library/other', Buffer.from('other')),
    ])
    await extract(path, { path: '/system/library/EXTENSIONS/' })
    expect(readFileSync(join(work, 'out/Extensions/A.kext/Info.plist'), 'utf8')).toBe('plist')
    expect(readdirSync(join(work, 'out'))).toEqual(['Extensions'])
    await expect(extract(path, { path: 'nowhere' }, join(work, 'none'))).rejects.toThrow(
      'There is no "nowhere"',
    )
  })

  it('leaves holes where a file has zeros', async () => {
    const size = 300_000_000
    const source = join(work, 'sparse')
    writeFileSync(source, '')
    truncateSync(source, size)
    await extract(
      await image([{ kind: 'file', path: 'sparse', size, content: { kind: 'path', path: source, size } }]),
    )
    for (const name of ['disk.img', 'out/sparse']) {
      const { size: length, blocks } = statSync(join(work, name))
      expect(length).toBeGreaterThanOrEqual(size)
      expect(blocks * 512).toBeLessThan(1_000_000)
    }
  })
})

describe('a path on Windows', () => {
  it.each([
    ['a/b', 'a/b'],
    ['..\\..\\up', '.._.._up'],
    ['c:/x', 'c_/x'],
    ['nul.txt/end. ', '_nul.txt/end_'],
  ])('%j becomes %j', (path, expected) => {
    expect(hostPath(path, 'win32')).toBe(expected)
    expect(hostPath(path, 'linux')).toBe(path)
  })
})
