import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gunzipHead } from '../../electron/formats/gzip.ts'
import { unpackLzo } from '../../electron/formats/lzo.ts'
import { recognise } from '../../electron/formats/recognise.ts'
import { recogniseSyslinux } from '../../electron/formats/syslinux.ts'
import { DecodeError } from '../../electron/protocols/bytes.ts'
import { elf32, multibootHeader, smallKernel } from './images.ts'

const banner = (text: string) => Buffer.concat([Buffer.from([0xea, 0x24, 0x7c, 0, 0]), Buffer.from(text)])

describe('recognising a file', () => {
  it('tells a MultiBoot kernel, its format and its header', () => {
    expect(recognise(smallKernel)).toMatchObject({
      kind: 'multiboot-kernel',
      compressed: false,
      header: { flags: 3 },
      elf: { machine: 'i386' },
      description: 'A MultiBoot kernel (32-bit ELF, i386).',
    })
  })

  it('looks inside gzip', () => {
    expect(recognise(gzipSync(smallKernel))).toMatchObject({
      kind: 'multiboot-kernel',
      compressed: true,
      description: 'A MultiBoot kernel (32-bit ELF, i386, packed with gzip).',
    })
    expect(recognise(gzipSync('text')).kind).toBe('gzip')
  })

  it('needs only the start of a large gzip file', () => {
    const noise = Buffer.from(fc.sample(fc.uint8Array({ minLength: 100_000, maxLength: 100_000 }), 1)[0]!)
    const packed = gzipSync(Buffer.concat([smallKernel, noise]))
    expect(recognise(packed.subarray(0, 30_000)).kind).toBe('multiboot-kernel')
  })

  it('unpacks a bounded part of a gzip bomb', () => {
    expect(gunzipHead(gzipSync(Buffer.alloc(100_000_000))).length).toBeLessThan(17_000_000)
  })

  it('says why common mistakes are no MultiBoot kernel', () => {
    const linux = Buffer.alloc(0x300)
    linux.write('HdrS', 0x202)
    expect(recognise(linux).description).toContain('Linux kernel')
    expect(recognise(elf32([])).description).toContain('without a MultiBoot header')
    const multiboot2 = Buffer.alloc(16)
    ;[0xe85250d6, 0, 16, -(0xe85250d6 + 16) >>> 0].forEach((word, at) =>
      multiboot2.writeUInt32LE(word, at * 4),
    )
    expect(recognise(multiboot2)).toMatchObject({
      kind: 'multiboot2-kernel',
      description: expect.stringContaining('mboot.c32 needs') as string,
    })
    expect(recognise(gzipSync(smallKernel).subarray(0, 12).fill(0xff, 10)).description).toContain('damaged')
  })

  it.each([
    ['\r\nPXELINUX 6.04 PXE 20200816 \0', 'pxelinux.0', '6.04', 'elf'],
    ['\r\nPXELINUX 6.03 lwIP 20141006 \0', 'lpxelinux.0', '6.03', 'elf'],
    ['\r\nPXELINUX 4.06 2012-10-23 \0', 'pxelinux.0', '4.06', 'com32r'],
    ['\r\nPXELINUX 3.86 2010-04-01 \0', 'pxelinux.0', '3.86', 'com32'],
  ])('reads the version in %j', (text, name, version, generation) => {
    expect(recogniseSyslinux(banner(text))).toMatchObject({ name, version, generation })
  })

  it('does not take a text about PXELINUX for PXELINUX', () => {
    expect(recognise(Buffer.from('PXELINUX 6.04 PXE 20200816 \0')).kind).toBe('unknown')
  })

  it('tells modules of version 4 and older by their first instruction', () => {
    const module = (magic: number) =>
      Buffer.concat([Buffer.from([0xb8, magic, 0x4c, 0xcd, 0x21]), Buffer.from('mboot.c32: boot failed\n\0')])
    expect(recogniseSyslinux(module(0xfe))).toMatchObject({ name: 'mboot.c32', generation: 'com32r' })
    expect(recogniseSyslinux(module(0xff))).toMatchObject({ name: 'mboot.c32', generation: 'com32' })
  })

  it('always has an answer for anything, whole or cut', () => {
    const starts = [
      [],
      [0x1f, 0x8b, 8],
      [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1],
      [0xea],
      [0xb8, 0xfe, 0x4c, 0xcd, 0x21],
    ]
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 600 }), (start, rest) => {
        expect(recognise(Uint8Array.from([...start, ...rest])).description).toMatch(/\.$/)
      }),
      { numRuns: 1000 },
    )
    for (const whole of [smallKernel, gzipSync(smallKernel), multibootHeader(1 << 16, [1, 2, 3, 4, 5])])
      for (let length = 0; length < whole.length; length++)
        expect(recognise(whole.subarray(0, length)).description).toMatch(/\.$/)
  })
})

describe('LZO data', () => {
  it('unpacks literals, near and overlapping copies', () => {
    // "abcd", then 5 bytes from 4 back, one literal more, 8 bytes from 1 back, the end mark.
    const stream = [17 + 4, ...Buffer.from('abcd'), (4 << 5) | (3 << 2) | 1, 0, 0x78]
    const packed = Uint8Array.from([...stream, (7 << 5) | 0, 0, 0x11, 0, 0])
    expect(unpackLzo(packed, 0, 100).toString()).toBe('abcdabcdaxxxxxxxxx')
  })

  it('that is hostile ends in a DecodeError, within its limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          expect(unpackLzo(bytes, 0, 4096).length).toBeLessThanOrEqual(4096)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
