import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../electron/formats/block-source.ts'
import { findVolumes } from '../../../electron/formats/partitions/find.ts'
import { planDisk } from '../../../electron/formats/partitions/disk-plan.ts'
import { planVolume } from '../../../electron/formats/hfsplus/volume-writer.ts'
import { isUdif, openUdif } from '../../../electron/formats/udif/udif.ts'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { udif } from '../udif.ts'
import { openVolume } from '../../../electron/formats/hfsplus/volume-reader.ts'
import { assemble, build, fileEntry, open, type Entry } from './volumes.ts'

const entries: readonly Entry[] = [
  fileEntry('mach_kernel', Buffer.alloc(20_000, 'k')),
  ...Array.from({ length: 60 }, (_, index) =>
    fileEntry(`Extensions/${index}.kext/Contents/Info.plist`, `${index}`),
  ),
  { kind: 'symlink', path: 'etc', target: 'private/etc' },
]
const options = { blockSize: 512, nodeSize: 4096, extentBlocks: 1 }
const volume = build(entries, options)
const disk = assemble(
  planDisk(planVolume(entries, { name: 'Volume', ...options }), 'Volume', { scheme: 'gpt' }),
)

/** Where the volume header keeps the first block of a tree's file. */
const tree = (fork: number) => volume.readUInt32BE(1024 + fork + 16) * 512
const EXTENTS = tree(192)
const CATALOG = tree(272)
const METADATA = CATALOG + volume.readUInt32BE(1024 + 272 + 20) * 512

/** What is read of a file's start and of its end: it may claim any size. */
const PART = 1 << 20

/** Finds, opens and reads all there is. Only a `DecodeError` may come out. */
async function readAll(image: Uint8Array): Promise<DecodeError | undefined> {
  try {
    const file = bytesSource(image)
    const source = (await isUdif(file)) ? await openUdif(file) : file
    for (const { source: found } of await findVolumes(source)) {
      const damaged = await openVolume(found)
      for (const item of damaged.items) {
        if (item.kind === 'folder') continue
        const fork = await damaged.open(item)
        for (const offset of [0, Math.max(0, fork.size - PART)])
          await fork.read(offset, Math.min(fork.size, PART))
      }
    }
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

function changed(original: Buffer, change: (image: Buffer) => void): Buffer {
  const image = Buffer.from(original)
  change(image)
  return image
}

/** The same change of the same node, found by its number in the catalog. */
const inCatalog = (node: number, offset: number, value: number, bytes: 2 | 4 = 4) =>
  changed(volume, (image) => void image.writeUIntBE(value, CATALOG + node * 4096 + offset, bytes))

const firstLeaf = volume.readUInt32BE(CATALOG + 14 + 10)

describe('a damaged volume is refused', () => {
  it.each([
    ['whose leaves are linked in a ring', inCatalog(firstLeaf + 1, 0, firstLeaf)],
    ['whose leaf is linked to itself', inCatalog(firstLeaf, 0, firstLeaf)],
    ['whose leaf is linked to a node that is not there', inCatalog(firstLeaf, 0, 0xffff_fff0)],
    ['whose first leaf is the header', inCatalog(0, 14 + 10, 0x7fff_ffff)],
    ['that claims four thousand million nodes', inCatalog(0, 14 + 22, 0xffff_ffff)],
    ['whose node claims more records than it has room for', inCatalog(firstLeaf, 10, 0xffff, 2)],
    ['whose records are behind their node', inCatalog(firstLeaf, 4094, 0xfff0, 2)],
    ['whose nodes are of no size', inCatalog(0, 14 + 18, 0, 2)],
    [
      'whose catalog is elsewhere',
      changed(volume, (image) => image.writeUInt32BE(0xffff_0000, 1024 + 272 + 16)),
    ],
    ['whose blocks are of no size', changed(volume, (image) => image.writeUInt32BE(0, 1024 + 40))],
    ['whose overflow tree is no tree', changed(volume, (image) => image.fill(0xff, EXTENTS, EXTENTS + 512))],
  ])('%s', async (_, image) => {
    await expect(open(image)).rejects.toThrow(DecodeError)
  })

  it('with a folder inside of itself', async () => {
    const nested = build([{ kind: 'folder', path: 'a/b' }])
    const catalog = nested.readUInt32BE(1024 + 272 + 16) * 4096
    // Folder b, whose parent is 16, gets the ID of its parent.
    const key = nested.indexOf(Buffer.from([0, 0, 0, 16, 0, 1, 0, 0x62]), catalog)
    nested.writeUInt32BE(16, key + 8 + 8)
    await expect(open(nested)).rejects.toThrow('there twice')
  })

  it.each(['..', '.', 'a:b'])('with a file of the name %j', async (name) => {
    const good = Buffer.from('xyz'.slice(0, name.length), 'utf16le').swap16()
    const image = build([fileEntry('xyz'.slice(0, name.length))])
    const bad = Buffer.from(name, 'utf16le').swap16()
    for (let at = image.indexOf(good); at !== -1; at = image.indexOf(good, at)) bad.copy(image, at)
    await expect(open(image)).rejects.toThrow('nodeName')
  })

  it('whose file is larger than all that is there, when that is opened', async () => {
    const image = build([fileEntry('file', 'abc')])
    image.writeUInt32BE(0xffff_ffff, 1024 + 44)
    const volume = await open(image)
    const record = volume.header.catalogFile.extents[0]!.start * 4096 + volume.find('file')!.recordAt
    image.writeUInt32BE(0xffff, record + 88)
    image.writeUInt32BE(0xffff_0000, record + 88 + 20)
    const damaged = await open(image)
    await expect(damaged.open(damaged.find('file')!)).rejects.toThrow('it ends behind block')
  })

  it('whose file claims more bytes than its extents hold, when that is read', async () => {
    const image = build([fileEntry('file', 'abc')])
    const catalog = image.readUInt32BE(1024 + 272 + 16) * 4096
    const size = image.indexOf(Buffer.from([0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1]), catalog)
    image.writeUInt32BE(0xffff, size)
    const damaged = await open(image)
    await expect(damaged.open(damaged.find('file')!)).rejects.toThrow('truncated')
  })
})

describe(
  'whatever is made of an image, reading it ends, and with no other error than of decoding',
  { timeout: 120_000 },
  () => {
    const change = (end: number) =>
      fc.array(fc.tuple(fc.nat(end - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 })
    const apply = (original: Buffer, changes: readonly (readonly [number, number])[]) =>
      changed(original, (image) => changes.forEach(([at, value]) => (image[at] = value)))

    it('with bytes of its metadata changed', async () => {
      let refused = 0
      await fc.assert(
        fc.asyncProperty(change(METADATA - 1024), async (changes) => {
          if (
            await readAll(
              apply(
                volume,
                changes.map(([at, value]) => [at + 1024, value] as const),
              ),
            )
          )
            refused++
        }),
        { numRuns: 300 },
      )
      expect(refused).toBeGreaterThan(0)
    })

    it('with words of its nodes and headers exchanged for large and small ones', async () => {
      const words = fc.array(
        fc.tuple(fc.nat((METADATA - 1024) / 2 - 2), fc.constantFrom(0, 1, 2, 0x7fff, 0xffff)),
        { minLength: 1, maxLength: 6 },
      )
      await fc.assert(
        fc.asyncProperty(words, async (changes) => {
          await readAll(
            changed(volume, (image) =>
              changes.forEach(([at, value]) => image.writeUInt16BE(value, 1024 + at * 2)),
            ),
          )
        }),
        { numRuns: 300 },
      )
    })

    it('cut off anywhere', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(disk.length), async (length) => {
          await readAll(disk.subarray(0, length))
        }),
        { numRuns: 100 },
      )
      expect(await readAll(disk.subarray(0, disk.length / 2))).toBeInstanceOf(DecodeError)
    })

    it('of partition tables', async () => {
      await fc.assert(
        fc.asyncProperty(change(17_408), async (changes) => {
          await readAll(apply(disk, changes))
        }),
        { numRuns: 100 },
      )
    })

    it('of an Apple disk image', async () => {
      const image = udif(volume, { packing: ['zlib', 'raw'] })
      const trailer = fc.array(fc.tuple(fc.nat(511), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      })
      await fc.assert(
        fc.asyncProperty(trailer, change(image.length), async (ends, changes) => {
          await readAll(
            apply(image, [
              ...changes,
              ...ends.map(([at, value]) => [image.length - 512 + at, value] as const),
            ]),
          )
          await readAll(apply(image, changes))
        }),
        { numRuns: 100 },
      )
    })
  },
)
