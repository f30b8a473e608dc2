import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram } from '../../build/debian.mjs'
import { bytesSource } from '../../electron/formats/block-source.ts'
import { isUdif, openUdif } from '../../electron/formats/udif/udif.ts'
import { udif, type Packing } from './udif.ts'

/** Text, noise and zeros, over an odd number of chunks. */
const disk = Buffer.concat([
  Buffer.alloc(200_000, 'Darwin '),
  Buffer.alloc(300_000),
  Buffer.from(Array.from({ length: 150_240 }, (_, index) => (index * index) % 253)),
])

const read = async (image: Buffer, offset = 0, length = disk.length) =>
  (await openUdif(bytesSource(image))).read(offset, length)

const needs: Partial<Record<Packing, string>> = { bzip2: 'bzip2', LZMA: 'xz' }

describe('an Apple disk image', () => {
  it.for<Packing>(['raw', 'zlib', 'bzip2', 'LZMA'])('packed by %s is read', async (packing, { skip }) => {
    const program = needs[packing]
    skip(program !== undefined && findProgram(program) === undefined, `${program} is not there`)
    const image = udif(disk, { packing: [packing] })
    expect(await isUdif(bytesSource(image))).toBe(true)
    expect((await read(image)).equals(disk)).toBe(true)
  })

  it('is made by these tests as others know it', ({ skip }) => {
    skip(findProgram('7zz') === undefined, '7zz is not there')
    const folder = mkdtempSync(join(tmpdir(), 'bootwire-udif-'))
    try {
      writeFileSync(join(folder, 'disk.dmg'), udif(disk, { packing: ['zlib', 'raw', 'bzip2'] }))
      const { status } = spawnSync('7zz', ['x', 'disk.dmg'], { cwd: folder })
      expect(status).toBe(0)
      const [other] = readdirSync(folder).filter((name) => name !== 'disk.dmg')
      expect(readFileSync(join(folder, other!)).equals(disk)).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is read anywhere, over the borders of chunks and of ways to pack them', async () => {
    const image = udif(disk, { packing: ['zlib', 'raw'], chunk: 3 })
    for (const [offset, length] of [
      [0, 1],
      [1535, 2],
      [199_999, 5000],
      [499_000, 100_000],
      [disk.length - 1, 1],
    ] as const)
      expect((await read(image, offset, length)).equals(disk.subarray(offset, offset + length))).toBe(true)
    await expect(read(image, disk.length, 1)).rejects.toThrow('truncated')
  })

  it.each<Packing>(['ADC', 'LZFSE'])(
    'packed by %s is refused by that name, with the way out',
    async (packing) => {
      await expect(read(udif(disk, { packing: [packing] }))).rejects.toThrow(
        new RegExp(`${packing} compression is not read: .*hdiutil convert`),
      )
    },
  )

  it('in several files, or encrypted, is refused for that', async () => {
    await expect(read(udif(disk, { packing: ['raw'], segments: 3 }))).rejects.toThrow('one of 3 parts')
    const encrypted = Buffer.concat([Buffer.from('encrcdsa'), Buffer.alloc(1000)])
    await expect(isUdif(bytesSource(encrypted))).rejects.toThrow('encrypted')
  })

  it.each([
    ['too much', -1],
    ['too little', 1],
  ])('whose chunks unpack to %s is refused', async (_, more) => {
    const image = udif(disk, { packing: ['zlib'] })
    const table = /<data>([^<]*)<\/data>/.exec(image.toString('latin1'))!
    const bytes = Buffer.from(table[1]!, 'base64')
    // The first chunk's count of sectors.
    const at = 204 + 16
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(at) + BigInt(more), at)
    const text = image
      .toString('latin1')
      .replace(table[1]!, bytes.toString('base64').padEnd(table[1]!.length))
    await expect(read(Buffer.from(text, 'latin1'), 0, 512)).rejects.toThrow('zlib data')
  })
})
