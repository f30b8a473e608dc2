import { randomBytes } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../electron/formats/block-source.ts'
import { decompressed } from '../../../electron/formats/hfsplus/decmpfs.ts'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { attribute, buildCompressed, ways, zlibFork } from './compressed.ts'
import { contents, fileEntry, open } from './volumes.ts'

const none = () => bytesSource(Buffer.alloc(0))
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

async function whole(bytes: Buffer, fork: Buffer = Buffer.alloc(0)): Promise<string> {
  const source = decompressed(bytes, () => bytesSource(fork))
  return (await source.read(0, source.size)).toString('latin1')
}

describe('a compressed file', { timeout: 60_000 }, () => {
  it.each([
    ['its bytes in the attribute', '66706d63 01000000 0500000000000000 68656c6c6f', ''],
    ['a zlib stream in the attribute', '66706d63 03000000 0500000000000000 789ccb48cdc9c907 00062c0215', ''],
    ['its bytes in the attribute behind FF', '66706d63 03000000 0500000000000000 ff68656c6c6f', ''],
    [
      'a zlib stream in the resource fork',
      '66706d63 04000000 0500000000000000',
      // The header ends here earlier than at 256, which is what it says.
      '00000010 00000031 00000021 00000000 0000001d 01000000 0c000000 0d000000 789ccb48cdc9c907 00062c0215',
    ],
  ])('with %s is read', async (_, bytes, fork) => {
    expect(await whole(hex(bytes), hex(fork))).toBe('hello')
  })

  it('comes out of any volume as it went in, from any byte on', async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
      fc.integer({ min: 1, max: 300_000 }).map((length) => Buffer.alloc(length, 'compressible')),
      fc.integer({ min: 1, max: 200_000 }).map((length) => randomBytes(length)),
    )
    const files = fc.array(fc.tuple(content, fc.constantFrom(...Object.values(ways)), fc.nat(), fc.nat()), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(512, 4096), async (files, blockSize) => {
        // An attribute takes no more than fits into a node; what is larger goes to the resource fork.
        const made = files.map(([content, way], index) => {
          const small = way(`folder ${index % 3}/${index}`, content)
          return small.attribute.length < 3800
            ? small
            : ways['by zlib in the resource fork'](small.path, content)
        })
        const image = await buildCompressed(made, [fileEntry('plain', 'plain')], {
          blockSize,
          extentBlocks: 2,
        })
        const volume = await open(image)
        expect((await contents(volume)).get('plain')).toBe('plain')
        for (const [index, [content, , a, b]] of files.entries()) {
          const item = volume.find(made[index]!.path)!
          expect(item).toMatchObject({ compressed: true, size: content.length })
          const source = await volume.open(item)
          expect((await source.read(0, source.size)).equals(content)).toBe(true)
          const [from, to] = [a % (content.length + 1), b % (content.length + 1)].sort((a, b) => a - b)
          expect((await source.read(from!, to! - from!)).equals(content.subarray(from, to))).toBe(true)
        }
      }),
      { numRuns: 25 },
    )
  })

  it.each([
    [5, 'shares its bytes'],
    [7, 'LZVN'],
    [8, 'LZVN'],
    [9, 'stored'],
    [11, 'LZFSE'],
    [12, 'LZFSE'],
    [14, 'LZBITMAP'],
    [99, 'nobody knows'],
  ])('of type %i is refused by name', (type, name) => {
    expect(() => decompressed(attribute(type, 10), none)).toThrow(name)
  })

  it('has its size told although its bytes cannot be', async () => {
    const volume = await open(await buildCompressed([{ path: 'a', attribute: attribute(8, 70_000) }]))
    expect(volume.find('a')).toMatchObject({ size: 70_000, compressed: true })
    await expect(volume.open(volume.find('a')!)).rejects.toThrow('LZVN')
  })
})

describe('a compressed file that is not what it says is refused', () => {
  const content = Buffer.alloc(150_000, 'abc')
  const fork = (change: (bytes: Buffer) => void) => {
    const bytes = zlibFork(content)
    change(bytes)
    return bytes
  }
  const bomb = deflateSync(Buffer.alloc(3_000_000))
  it.each<[string, Buffer, Buffer?]>([
    ['which holds more than it says', attribute(3, 1000, bomb)],
    ['which holds less than it says', attribute(3, 1000, deflateSync(Buffer.alloc(999)))],
    ['which says more than zlib can make of it', attribute(3, 2 ** 40, bomb)],
    ['of more bytes than there are numbers', attribute(1, 2 ** 60, bomb)],
    ['whose stream is none', attribute(3, 10, Buffer.alloc(20, 'x'))],
    ['with another magic number', Buffer.from(attribute(1, 0)).fill('x', 0, 4)],
    ['without a size', attribute(1, 0).subarray(0, 12)],
    ['without its resource fork', attribute(4, 10), Buffer.alloc(0)],
    ['of more blocks than the fork has room for', attribute(4, 2 ** 50), zlibFork(content)],
    ['of another number of blocks', attribute(4, 65_536), zlibFork(content)],
    ['whose table is elsewhere', attribute(4, 150_000), fork((b) => b.writeUInt32BE(0xffff_0000))],
    ['whose block is elsewhere', attribute(4, 150_000), fork((b) => b.writeUInt32LE(0xffff_0000, 0x108))],
    ['whose block is too long', attribute(4, 150_000), fork((b) => b.writeUInt32LE(0x2_0000, 0x10c))],
    [
      'whose blocks hold more than 64 KiB',
      attribute(4, 150_000),
      zlibFork(content, (bytes) => deflateSync(Buffer.alloc(bytes.length + 1))),
    ],
  ])('%s', async (_, bytes, resourceFork) => {
    await expect((async () => whole(bytes, resourceFork))()).rejects.toThrow(DecodeError)
  })

  it('when the volume has no attribute for it', async () => {
    const image = await buildCompressed([{ path: 'a', attribute: attribute(1, 1, Buffer.from('x')) }])
    const name = Buffer.from('com.apple.decmpfs', 'utf16le').swap16()
    image.write('X', image.indexOf(name) + 1, 'latin1')
    const volume = await open(image)
    expect(volume.find('a')).toMatchObject({ size: 0 })
    await expect(volume.open(volume.find('a')!)).rejects.toThrow('no such attribute')
  })

  it('when its attribute is longer than its record', async () => {
    const image = await buildCompressed([{ path: 'a', attribute: attribute(1, 5, Buffer.from('hello')) }])
    const at = image.indexOf('fpmchello'.slice(0, 4))
    image.writeUInt32BE(0xffff, at - 4)
    await expect(open(image)).rejects.toThrow('attrData')
  })
})

describe('an attributes file', () => {
  const files = Array.from({ length: 60 }, (_, index) => ({
    path: `file ${index}`,
    attribute: attribute(1, 1000, Buffer.alloc(1000, `${index}`)),
  }))
  it('of many nodes is read whole', async () => {
    const volume = await open(await buildCompressed(files))
    expect((await contents(volume)).get('file 59')).toBe('59'.repeat(500))
  })

  it('whose leaves are linked in a ring is refused', async () => {
    const image = await buildCompressed(files)
    const tree = image.readUInt32BE(1024 + 352 + 16) * 4096
    image.writeUInt32BE(1, tree + 2 * 8192)
    await expect(open(image)).rejects.toThrow('comes twice')
  })

  it('changed anywhere ends in no other error than of decoding', { timeout: 60_000 }, async () => {
    const image = await buildCompressed(files.slice(0, 12))
    const tree = image.readUInt32BE(1024 + 352 + 16) * 4096
    const changes = fc.array(fc.tuple(fc.nat(3 * 8192), fc.constantFrom(0, 1, 2, 0x7f, 0xff)), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(changes, async (changes) => {
        const damaged = Buffer.from(image)
        for (const [at, value] of changes) damaged[tree + at] = value
        await open(damaged)
          .then(contents)
          .catch((error: unknown) => expect(error).toBeInstanceOf(DecodeError))
      }),
      { numRuns: 200 },
    )
  })
})
