/** Whether other people's readers agree with what is written, beyond a few files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { sortingKey, toStoredName } from '../../../electron/formats/hfsplus/names.ts'
import { buildCompressed, ways } from '../../formats/hfsplus/compressed.ts'
import { build, expected, fileEntry, open, trees } from '../../formats/hfsplus/volumes.ts'
import { fsck, isThere, sevenZip, sevenZipFile, sevenZipList } from './foreign.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-foreign-'))
afterAll(() => rmSync(folder, { recursive: true }))

function imageOf(bytes: Uint8Array): string {
  const path = join(folder, 'volume.img')
  writeFileSync(path, bytes)
  return path
}

const options = fc.record({
  blockSize: fc.constantFrom(512, 1024, 4096),
  nodeSize: fc.constantFrom(4096, 8192),
  caseSensitive: fc.boolean(),
  extentBlocks: fc.constantFrom(1, 2, 0xffff),
})

/** Many images are written and read. */
const PATIENCE = 60_000

describe('random trees', { timeout: PATIENCE }, () => {
  it('are found good by fsck.hfsplus', ({ skip }) => {
    skip(!isThere('fsck.hfsplus'), 'fsck.hfsplus is not there')
    fc.assert(
      fc.property(trees, options, (entries, volume) => {
        const { output } = fsck(imageOf(build(entries, volume)))
        expect(output).toContain('appears to be OK')
      }),
      { numRuns: 40 },
    )
  })

  it('are read by 7-Zip without an error, with as many bytes in them', ({ skip }) => {
    skip(!isThere('7zz'), '7zz is not there')
    fc.assert(
      fc.property(trees, options, (entries, volume) => {
        const image = imageOf(build(entries, volume))
        expect(sevenZip(image)).toMatchObject({ status: 0 })
        const sizes = (list: Iterable<number>) => [...list].filter((size) => size > 0).sort((a, b) => a - b)
        const written = entries.flatMap((entry) =>
          entry.kind === 'file'
            ? [entry.size]
            : entry.kind === 'symlink'
              ? [Buffer.byteLength(entry.target)]
              : [],
        )
        const list = sevenZipList(image)
        expect(sizes(list.values())).toEqual(sizes(written))
        expect(list.size).toBe(expected(entries).size + 1)
      }),
      { numRuns: 25 },
    )
  })
})

describe('files that are compressed as Mac OS X does it', { timeout: PATIENCE }, () => {
  it('are found good by fsck.hfsplus, and unpacked by 7-Zip to what Bootwire unpacks', async ({ skip }) => {
    skip(!isThere('7zz'), '7zz is not there')
    const long = Buffer.alloc(200_001, 'of three blocks and a bit')
    const files = Object.entries(ways).map(([name, way], index) =>
      way(`System/${name}`, index === 3 ? long : Buffer.alloc(100, name)),
    )
    const bytes = await buildCompressed(files)
    const image = imageOf(bytes)
    if (isThere('fsck.hfsplus')) expect(fsck(image).output).toContain('appears to be OK')
    const volume = await open(bytes)
    for (const { path } of files) {
      // 7-Zip knows no type 1.
      if (path.includes('as it is')) continue
      const source = await volume.open(volume.find(path)!)
      expect(sevenZipFile(image, `Volume/${path}`).equals(await source.read(0, source.size))).toBe(true)
    }
  })
})

describe('a volume with every character that there is', { timeout: PATIENCE }, () => {
  it('has them in the order that fsck.hfsplus expects', ({ skip }) => {
    skip(!isThere('fsck.hfsplus'), 'fsck.hfsplus is not there')
    const keys = new Set<string>()
    const names: string[] = []
    for (let unit = 1; unit < 0x10000; unit++) {
      const character = String.fromCharCode(unit)
      if (/[/.]|\p{Surrogate}/u.test(character)) continue
      for (const name of [character, `x${character}y`]) {
        const key = sortingKey(toStoredName(name), false)
        if (key === '' || keys.has(key)) continue
        keys.add(key)
        names.push(name)
      }
    }
    const { output } = fsck(imageOf(build(names.map((name) => fileEntry(name)))))
    expect(output).toContain('appears to be OK')
  })
})
