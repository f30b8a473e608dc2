import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adler32 } from '../../electron/formats/adler32.ts'
import { isFat, readFat, writeFat } from '../../electron/formats/fat.ts'
import { packLzss, unpackLzss } from '../../electron/formats/lzss.ts'
import { PC_ARCHITECTURES } from '../../electron/formats/macho-architectures.ts'
import { readMkext, readMkexts, writeMkext, type MkextEntry } from '../../electron/formats/mkext/mkext.ts'
import { DecodeError } from '../../electron/protocols/bytes.ts'
import { machO } from './darwin/files.ts'

const entries: readonly MkextEntry[] = [
  {
    info: { CFBundleIdentifier: 'org.example.driver', CFBundleExecutable: 'driver', CFBundleVersion: '1.2' },
    path: '/System/Library/Extensions/driver.kext',
    executable: machO({ type: 11, text: 'driver '.repeat(2000) }),
  },
  { info: { CFBundleIdentifier: 'org.example.codeless' }, path: '/System/Library/Extensions/codeless.kext' },
]

describe('Adler-32', () => {
  it('is that of RFC 1950', () => {
    expect(adler32(Buffer.from('Wikipedia'))).toBe(0x11e60398)
    expect(adler32(new Uint8Array())).toBe(1)
    // zlib appends it to what it packs.
    const long = Buffer.alloc(1_000_000, 0xff)
    expect(adler32(long)).toBe(deflateSync(long).readUInt32BE(deflateSync(long).length - 4))
  })
})

describe('LZSS', () => {
  it('unpacks literals, copies, copies of what they write, and the blanks that the window starts with', () => {
    // Literals a b c; a copy of 5 from where they are (place 4078); three blanks from place 0.
    const packed = Uint8Array.of(0b00000111, 97, 98, 99, 0xee, 0xf2, 0x00, 0x00)
    expect(unpackLzss(packed, 11).toString()).toBe('abcabcab   ')
  })

  it('gives back what was packed', () => {
    const repetitive = fc
      .array(fc.tuple(fc.constantFrom('kext', 'I', 'OKit', '\0\0\0\0', 'é'), fc.nat(40)), { maxLength: 300 })
      .map((parts) => Buffer.from(parts.map(([part, times]) => part.repeat(times)).join('')))
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 5000 })), (bytes) => {
        expect(unpackLzss(packLzss(bytes), bytes.length).equals(bytes)).toBe(true)
      }),
      { numRuns: 300 },
    )
    const long = Buffer.from('com.apple.iokit.IONetworkingFamily '.repeat(5000))
    expect(packLzss(long).length).toBeLessThan(long.length / 7)
  })

  it('that is hostile ends in a DecodeError, within its size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffffffff), (bytes, size) => {
        try {
          expect(unpackLzss(bytes, size).length).toBe(size)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('an mkext', () => {
  it.each([
    [1, true],
    [1, false],
    [2, true],
    [2, false],
  ] as const)('of version %i, packed: %s, comes back as it was', async (version, compress) => {
    const bytes = await writeMkext(entries, { version, architecture: 'x86_64', compress })
    const read = readMkext(bytes)
    expect(read).toMatchObject({ version, architecture: 'x86_64' })
    // Version 1 has no place for the path.
    const expected = version === 2 ? entries : entries.map(({ path: _, ...rest }) => rest)
    expect(read.entries).toEqual(
      expected.map((entry) => expect.objectContaining({ info: entry.info }) as unknown),
    )
    expect(read.entries.map(({ path }) => path)).toEqual(
      expected.map((entry) => ('path' in entry ? entry.path : undefined)),
    )
    expect(
      read.entries.map(({ executable }) => executable && Buffer.from(executable).toString('hex')),
    ).toEqual(entries.map(({ executable }) => executable && Buffer.from(executable).toString('hex')))
    expect((await writeMkext(entries, { version, architecture: 'x86_64', compress })).equals(bytes)).toBe(
      true,
    )
  })

  it('has the head that boot loaders and kernels check', async () => {
    const bytes = await writeMkext(entries, { version: 2, architecture: 'i386', compress: true })
    expect(bytes.toString('latin1', 0, 8)).toBe('MKXTMOSX')
    expect(bytes.readUInt32BE(8)).toBe(bytes.length)
    expect(bytes.readUInt32BE(12)).toBe(adler32(bytes.subarray(16)))
    expect([16, 20, 24, 28].map((at) => bytes.readUInt32BE(at))).toEqual([0x02002001, 2, 7, 3])
    const older = await writeMkext(entries, { version: 1, architecture: 'i386', compress: true })
    expect(older.readUInt32BE(16)).toBe(0x01008000)
  })

  it('of version 2 is read as others write it', () => {
    const driver = deflateSync(Buffer.from('driver'))
    const file = Buffer.alloc(8 + driver.length)
    file.writeUInt32BE(driver.length, 0)
    file.writeUInt32BE(6, 4)
    driver.copy(file, 8)
    const list = Buffer.from(
      '<dict><key>_MKEXTInfoDictionaries</key><array><dict><key>CFBundleIdentifier</key><string>a.b</string>' +
        '<key>_MKEXTBundlePath</key><string>/Extra/Extensions/b.kext</string>' +
        '<key>_MKEXTExecutable</key><integer size="32">0x2c</integer></dict></array></dict>\0',
    )
    const packed = deflateSync(list)
    const words = [0x02002001, 1, 7, 3, 44 + file.length, packed.length, list.length]
    const checked = Buffer.alloc(words.length * 4)
    words.forEach((word, index) => checked.writeUInt32BE(word, index * 4))
    const rest = Buffer.concat([checked, file, packed])
    const head = Buffer.from('MKXTMOSX\0\0\0\0\0\0\0\0', 'latin1')
    head.writeUInt32BE(16 + rest.length, 8)
    head.writeUInt32BE(adler32(rest), 12)
    expect(readMkext(Buffer.concat([head, rest])).entries).toEqual([
      {
        info: { CFBundleIdentifier: 'a.b' },
        path: '/Extra/Extensions/b.kext',
        executable: Buffer.from('driver'),
      },
    ])
  })

  it('for two architectures is one universal file', async () => {
    const parts = await Promise.all(
      (['i386', 'x86_64'] as const).map(async (architecture) => ({
        ...PC_ARCHITECTURES[architecture],
        bytes: await writeMkext(entries, { version: 2, architecture, compress: true }),
      })),
    )
    const fat = writeFat(parts)
    expect(isFat(fat)).toBe(true)
    expect(readFat(fat).map(({ size }) => size)).toEqual(parts.map(({ bytes }) => bytes.length))
    expect(readMkexts(fat).map(({ architecture }) => architecture)).toEqual(['i386', 'x86_64'])
  })

  it('that was changed or cut is told as damaged', async () => {
    const bytes = await writeMkext(entries, { version: 1, architecture: 'i386', compress: false })
    bytes[bytes.length - 1]! ^= 1
    expect(() => readMkext(bytes)).toThrow(/adler32 .* invalid/)
    expect(() => readMkext(bytes.subarray(0, -1))).toThrow(/truncated/)
  })

  it('that lies behind a right checksum ends in a DecodeError, and takes no memory for its lies', async () => {
    const whole = await Promise.all(
      ([1, 2] as const).map((version) =>
        writeMkext(entries, { version, architecture: 'i386', compress: true }),
      ),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...whole),
        fc.array(fc.tuple(fc.nat(120), fc.constantFrom(0, 1, 127, 255)), { minLength: 1, maxLength: 6 }),
        (good, changes) => {
          const bytes = Buffer.from(good)
          for (const [at, byte] of changes) bytes[16 + at] = byte
          bytes.writeUInt32BE(adler32(bytes.subarray(16)), 12)
          try {
            readMkext(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})
