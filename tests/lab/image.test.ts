/** `bootwire image` as a user runs it, and volumes of a size that only a disk holds. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VolumeEntry } from '../../electron/formats/hfsplus/entries.ts'
import { buildImage, bytesEntry } from '../../electron/library/images/build.ts'
import type { ImageContent } from '../../electron/library/images/content.ts'
import { openImage } from '../../electron/library/images/open.ts'
import { fsck, isThere, sevenZipList } from '../library/images/foreign.ts'
import { bootwire } from './bootwire.ts'

let work: string
beforeEach(() => void (work = mkdtempSync(join(tmpdir(), 'bootwire-image-'))))
afterEach(() => rmSync(work, { recursive: true }))

/** Where a file of holes is read without gigabytes of zeros being kept: in memory, where the system has that. */
const sparse = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bootwire-image-'))
afterAll(() => rmSync(sparse, { recursive: true }))

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('bootwire image', () => {
  it('builds a bootable disk out of a folder, lists it and writes it back', () => {
    const [folder, disk, out] = ['in', 'disk.img', 'out'].map((name) => join(work, name)) as [
      string,
      string,
      string,
    ]
    mkdirSync(join(folder, 'Extra'), { recursive: true })
    writeFileSync(join(folder, 'Extra/com.apple.Boot.plist'), '<plist/>')
    writeFileSync(join(folder, 'mach_kernel'), Buffer.alloc(3_000_000, 'k'))
    const [boot0, boot1h] = ['boot0', 'boot1h'].map((name) => join(work, name)) as [string, string]
    writeFileSync(boot0, Buffer.alloc(512, 0xb0))
    writeFileSync(boot1h, Buffer.alloc(1024, 0xb1))

    const build = ['image', 'build', folder, '--output', disk, '--name', 'Boot', '--no-volume-id']
    const built = bootwire([...build, '--boot0', boot0, '--boot1h', boot1h, '--json'])
    expect(built.stderr).toBe('')
    expect(lines(built.stdout).at(-1)).toMatchObject({ type: 'built', files: 2, folders: 1, warnings: [] })
    const bytes = readFileSync(disk)
    expect(bytes.subarray(0, 440).every((byte) => byte === 0xb0)).toBe(true)
    expect(bytes.subarray(64 * 512, 64 * 512 + 1024).every((byte) => byte === 0xb1)).toBe(true)
    expect(bytes.readBigUInt64BE(64 * 512 + 1024 + 104)).toBe(0n)

    const [volume, ...items] = lines(bootwire(['image', 'list', disk, '--json']).stdout)
    expect(volume).toMatchObject({ type: 'volume', name: 'Boot', scheme: 'mbr' })
    expect(items.map(({ path, size }) => [path, size])).toEqual([
      ['Extra', 0],
      ['Extra/com.apple.Boot.plist', 8],
      ['mach_kernel', 3_000_000],
    ])

    expect(bootwire(['image', 'extract', disk, out]).stdout).toContain('2 files in 1 folder')
    expect(readFileSync(join(out, 'mach_kernel')).equals(Buffer.alloc(3_000_000, 'k'))).toBe(true)
    const again = bootwire(['image', 'extract', disk, out])
    expect(again.status).toBe(1)
    expect(again.stderr).toContain('is not empty')
  })

  it('says what is wrong with a file that is no image', () => {
    const path = join(work, 'no image')
    writeFileSync(path, 'text')
    const { status, stderr } = bootwire(['image', 'list', path])
    expect(status).toBe(1)
    expect(stderr).toContain('has no HFS+ volume on it')
    expect(stderr).toContain('•')
  })
})

describe('a volume', () => {
  it('of 200 000 files, and one of 5 GB, is found good and read whole', async ({ skip }) => {
    skip(!isThere('fsck.hfsplus'), 'fsck.hfsplus is not there')
    const size = 5_000_000_000
    const path = join(sparse, 'sparse')
    writeFileSync(path, '')
    truncateSync(path, size)
    const large: VolumeEntry<ImageContent> = {
      kind: 'file',
      path: 'large',
      size,
      content: { kind: 'path', path, size },
    }
    const count = 200_000
    const small = Array.from({ length: count }, (_, index) =>
      bytesEntry(
        `folder ${index % 300}/${'Größe 日本 '.repeat(4)}${index}`,
        Buffer.from(index % 3 === 0 ? 'x' : ''),
      ),
    )
    const output = join(work, 'volume.img')
    const volume = { name: 'Volume', blockSize: 1024, nodeSize: 4096 }
    const built = await buildImage({ output, entries: [...small, large], volume, disk: { scheme: 'none' } })
    expect(built).toMatchObject({ files: count + 1, folders: 300 })
    expect(statSync(output).blocks * 512).toBeLessThan(400_000_000)
    expect(fsck(output).output).toContain('appears to be OK')
    if (isThere('7zz')) {
      const list = sevenZipList(output)
      expect(list.size).toBe(count + 300 + 2)
      expect(list.get('large')).toBe(size)
    }
    const image = await openImage(output)
    expect(image.volume.items).toHaveLength(count + 301)
    expect((await image.volume.open(image.volume.find('large')!)).size).toBe(size)
    await image.close()
  })
})
