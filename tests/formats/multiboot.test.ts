import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMultiboot, hasMultiboot2 } from '../../electron/formats/multiboot.ts'
import { multibootHeader } from './images.ts'

const at = (offset: number, header: Buffer) => Buffer.concat([Buffer.alloc(offset, 0xcc), header])

describe('a MultiBoot header', () => {
  it('is found on a four-byte boundary', () => {
    expect(findMultiboot(at(64, multibootHeader(3)))).toMatchObject({
      offset: 64,
      pageAlign: true,
      memoryInfo: true,
      unknownFlags: 0,
    })
    expect(findMultiboot(at(65, multibootHeader(3)))).toBeUndefined()
  })

  it('must lie in the first 8 KB, whole', () => {
    expect(findMultiboot(at(8192 - 12, multibootHeader(0)))).toMatchObject({ offset: 8180 })
    expect(findMultiboot(at(8192 - 8, multibootHeader(0)))).toBeUndefined()
    expect(findMultiboot(at(8192 - 28, multibootHeader(1 << 16, [1, 2, 3, 4, 5])))).toBeUndefined()
  })

  it('needs a checksum that makes three words add up to zero', () => {
    const header = multibootHeader(3)
    header.writeUInt32LE(header.readUInt32LE(8) + 1, 8)
    expect(findMultiboot(header)).toBeUndefined()
  })

  it('is passed over for a later one when it is false', () => {
    const bait = multibootHeader(3).subarray(0, 4)
    expect(findMultiboot(Buffer.concat([bait, multibootHeader(1)]))).toMatchObject({ offset: 4, flags: 1 })
  })

  it('tells where a flat binary goes', () => {
    const words = [0x100000, 0x100000, 0x104000, 0x108000, 0x100020]
    expect(findMultiboot(multibootHeader(1 << 16, words))?.addresses).toEqual({
      header: 0x100000,
      load: 0x100000,
      loadEnd: 0x104000,
      bssEnd: 0x108000,
      entry: 0x100020,
    })
  })

  it('asks for a video mode behind the address fields, which then mean nothing', () => {
    const found = findMultiboot(multibootHeader(1 << 2, [9, 9, 9, 9, 9, 0, 1024, 768, 32]))
    expect(found?.video).toEqual({ mode: 0, width: 1024, height: 768, depth: 32 })
    expect(found?.addresses).toBeUndefined()
  })

  it('shows the mandatory flags that no loader knows, and not the optional ones', () => {
    expect(findMultiboot(multibootHeader(0x00020013))?.unknownFlags).toBe(0x10)
  })

  it('of version 2 is told apart', () => {
    const words = [0xe85250d6, 0, 24, -(0xe85250d6 + 24) >>> 0, 0, 8]
    const file = Buffer.alloc(24)
    words.forEach((word, index) => file.writeUInt32LE(word, index * 4))
    expect(hasMultiboot2(at(16, file))).toBe(true)
    expect(findMultiboot(file)).toBeUndefined()
    expect(hasMultiboot2(multibootHeader(3))).toBe(false)
  })

  it('is found wherever it was put, among anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(0xffff), (before, flags) => {
        const aligned = Buffer.from(before.subarray(0, before.length & ~3))
        fc.pre(!aligned.includes(Buffer.from([0x02, 0xb0, 0xad, 0x1b])))
        const file = Buffer.concat([aligned, multibootHeader(flags, Array<number>(9).fill(0))])
        expect(findMultiboot(file)).toMatchObject({ offset: aligned.length, flags })
      }),
    )
  })
})
