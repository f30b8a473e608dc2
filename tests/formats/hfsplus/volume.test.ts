import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromStoredName, toStoredName } from '../../../electron/formats/hfsplus/names.ts'
import { assemble, build, contents, expected, fileEntry, open, trees } from './volumes.ts'
import { planVolume } from '../../../electron/formats/hfsplus/volume-writer.ts'

const shapes = fc.record({
  blockSize: fc.constantFrom(512, 1024, 4096, 65536),
  nodeSize: fc.constantFrom(4096, 8192, 32768),
  caseSensitive: fc.boolean(),
  extentBlocks: fc.option(fc.integer({ min: 1, max: 4 }), { nil: 0xffff }),
  size: fc.constantFrom(0, 3_000_000),
})

/** A name as it comes back: composed. */
const composed = (path: string) =>
  path
    .split('/')
    .map((name) => fromStoredName(toStoredName(name)))
    .join('/')

describe('a volume read back', { timeout: 60_000 }, () => {
  it('has every tree as it was written, in any shape', async () => {
    await fc.assert(
      fc.asyncProperty(trees, shapes, async (entries, options) => {
        const volume = await open(build(entries, options))
        const wanted = new Map([...expected(entries)].map(([path, text]) => [composed(path), text] as const))
        expect(await contents(volume)).toEqual(wanted)
        for (const { path, mode, owner, group, modified } of entries)
          expect(volume.find(path)).toMatchObject({ mode, owner, group, modified })
      }),
      { numRuns: 60 },
    )
  })

  it('is the same for the same entries in any order', () => {
    fc.assert(
      fc.property(trees, (entries) => {
        const reversed = planVolume(entries.toReversed(), { name: 'Volume' })
        expect(assemble(reversed).equals(build(entries))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('finds names whatever their case, unless it tells case apart', async () => {
    const entries = [fileEntry('Extra/Größe', 'x')]
    const volume = await open(build(entries))
    expect(volume.find('EXTRA/GRÖSSE')).toBeUndefined()
    expect(volume.find('extra/GRößE'.normalize('NFD'))?.path).toBe('Extra/Größe')
    const sensitive = await open(build([...entries, fileEntry('extra/größe', 'y')], { caseSensitive: true }))
    expect(sensitive.items.map(({ path }) => path)).toEqual(['Extra', 'Extra/Größe', 'extra', 'extra/größe'])
  })

  it('has a catalog as deep as it takes', async () => {
    // Keys of the longest names leave seven children to an index node.
    const entries = Array.from({ length: 3000 }, (_, index) =>
      fileEntry(`${index}`.padStart(255, 'n'), `${index}`),
    )
    const image = build(entries, { nodeSize: 4096 })
    const catalog = image.readUInt32BE(1024 + 272 + 16) * 4096
    expect(image.readUInt16BE(catalog + 14)).toBeGreaterThanOrEqual(4)
    const volume = await open(image)
    expect(volume.items).toHaveLength(3000)
    expect(await contents(volume)).toEqual(expected(entries))
  })

  it('keeps files in so many extents that they take an overflow tree of their own', async () => {
    const bytes = Buffer.from(Array.from({ length: 512 * 3000 }, (_, index) => (index >> 9) % 251))
    const entries = [fileEntry('fragmented', bytes), fileEntry('beside', 'x')]
    const image = build(entries, { blockSize: 512, extentBlocks: 1 })
    const overflow = image.readUInt32BE(1024 + 192 + 16) * 512
    expect(image.readUInt16BE(overflow + 14)).toBe(2)
    const volume = await open(image)
    expect(await contents(volume)).toEqual(expected(entries))
    const part = await (await volume.open(volume.find('fragmented')!)).read(700_001, 5000)
    expect(part.equals(bytes.subarray(700_001, 705_001))).toBe(true)
  })
})

describe('a name', () => {
  it.each([
    ['é', 'e\u0301'],
    ['가', '\u1100\u1161'],
    ['a:b', 'a/b'],
    ['≠', '≠'],
    ['\u2126', '\u2126'],
    ['\uf900', '\uf900'],
    ['\u{1d15e}', '\u{1d15e}'],
  ])('%j is stored as %j and comes back', (name, stored) => {
    expect(toStoredName(name)).toBe(stored)
    expect(fromStoredName(stored)).toBe(name)
  })

  it.each(['', '.', '..', 'a\0', '\ud800', 'é'.repeat(128)])('%j is refused with a reason', (name) => {
    expect(() => build([fileEntry(`folder/${name}`)])).toThrow(/^In the path .* (is|has) .*\.$/)
  })
})

describe('two entries', () => {
  it.each([
    ['twice the same file', [fileEntry('a'), fileEntry('a')]],
    ['a file in a file', [fileEntry('a'), fileEntry('a/b')]],
    ['a folder that is a file', [fileEntry('a'), { kind: 'folder', path: 'a' } as const]],
    ['names that differ by case', [fileEntry('a/x'), fileEntry('A/y')]],
    ['one name in two forms', [fileEntry('é'), fileEntry('e\u0301')]],
  ])('that cannot both be there are refused: %s', (_, entries) => {
    expect(() => build(entries)).toThrow(/is there twice|is in a file|differs only by case/)
  })
})
