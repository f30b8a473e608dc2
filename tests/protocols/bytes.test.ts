import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError, Reader, Writer } from '../../electron/protocols/bytes.ts'

describe('Reader', () => {
  it('reads network byte order, and little-endian where asked', () => {
    const reader = new Reader(Buffer.from('01020304050607080102010203', 'hex'))
    expect([reader.u8('a'), reader.u16('b'), reader.u32('c')]).toEqual([1, 0x0203, 0x04050607])
    expect(reader.offset).toBe(7)
    expect([reader.u16LE('d'), reader.u32LE('e')]).toEqual([0x0108, 0x03020102])
  })

  it('names the field and the place where the bytes ended', () => {
    const reader = new Reader(Buffer.from([1, 2, 3]))
    reader.u8('op')
    expect(() => reader.u32('xid')).toThrow('xid at byte 1 is truncated: 4 bytes needed, 2 left')
    expect(reader.remaining).toBe(2)
  })

  it('lets only DecodeError out, whatever is read from whatever bytes', () => {
    const read = fc.constantFrom('u8', 'u16', 'u32', 'u64', 'u16LE', 'u32LE', 'untilNul' as const)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(read), fc.nat(100), (bytes, reads, length) => {
        const reader = new Reader(bytes)
        try {
          for (const kind of reads) reader[kind](kind)
          reader.bytes(length, 'bytes')
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
        expect(reader.offset + reader.remaining).toBe(bytes.length)
      }),
    )
  })

  it('reads only its part of a larger buffer', () => {
    const reader = new Reader(Buffer.from([1, 2, 3, 4]).subarray(1, 3))
    expect([...reader.rest()]).toEqual([2, 3])
  })
})

describe('Writer', () => {
  it('grows over its capacity and gives back what a Reader reads', () => {
    const bytes = new Writer(1)
      .u8(1)
      .u16(2)
      .u32(3)
      .u64(4n)
      .u16LE(5)
      .u32LE(6)
      .bytes(Buffer.from('x\0'))
      .finish()
    const reader = new Reader(bytes)
    expect([reader.u8(''), reader.u16(''), reader.u32(''), reader.u64('')]).toEqual([1, 2, 3, 4n])
    expect([reader.u16LE(''), reader.u32LE(''), reader.untilNul('').toString()]).toEqual([5, 6, 'x'])
  })

  it('writes a length over a place kept for it', () => {
    expect([...new Writer().u16(0).zeros(3).patchU16(0, 5).finish()]).toEqual([0, 5, 0, 0, 0])
  })
})
