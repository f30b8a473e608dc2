import fc from 'fast-check'
import { build, buildBinary } from 'plist'
import { describe, expect, it } from 'vitest'
import { writeKernelPlist } from '../../electron/formats/plist/kernel.ts'
import { isPlist, readPlist, writePlist, type PlistValue } from '../../electron/formats/plist/plist.ts'
import { recognise } from '../../electron/formats/recognise.ts'
import { DecodeError } from '../../electron/protocols/bytes.ts'

const read = (text: string) => readPlist(Buffer.from(text))

/** Text that XML 1.0 can carry. */
const text = fc.string({ unit: fc.constantFrom(...Array.from('abc <>&"\'é日ä/:\n\t')) })
const value: fc.Arbitrary<PlistValue> = fc.letrec<{ value: PlistValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== ''),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value

describe('property lists', () => {
  it('come back as they were written, as XML and as the kernel reads them', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((key) => key !== ''),
          value,
          { noNullPrototype: true },
        ),
        (list) => {
          expect(read(writePlist(list))).toEqual(list)
          const kernel = writeKernelPlist(list)
          expect(kernel.at(-1)).toBe(0)
          expect(readPlist(kernel)).toEqual(list)
        },
      ),
    )
  })

  it('are read in the binary form, with what is shared in them', () => {
    const list = {
      Kernel: 'mach_kernel',
      Flags: ['-v', 'rd=en'],
      Timeout: 5,
      Data: Uint8Array.of(1, 2),
      On: true,
    }
    expect(readPlist(buildBinary(list))).toEqual(list)
    expect(isPlist(buildBinary(list))).toBe(true)
  })

  it('are read in the dialect of the kernel: hexadecimal integers, IDREF, no <plist>, a NUL at the end', () => {
    const dialect =
      '<dict><key>a</key><integer size="64">0x3e8</integer><key>b</key><string ID="0">SATA</string>' +
      '<key>c</key><array><string IDREF="0"/><data format="hex">0aff</data></array></dict>\0'
    expect(read(dialect)).toEqual({ a: 1000, b: 'SATA', c: ['SATA', Uint8Array.of(10, 255)] })
  })

  it('keep 64-bit integers whole, and names such as __proto__ what they are', () => {
    const list = read(
      '<plist><dict><key>mask</key><integer>0xffffffffffffffff</integer><key>__proto__</key><string>x</string></dict></plist>',
    ) as Record<string, unknown>
    expect(list['mask']).toBe(0xffffffffffffffffn)
    expect(Object.keys(list)).toEqual(['mask', '__proto__'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('written for the kernel hold nothing that it cannot read', () => {
    const written = writeKernelPlist({ when: new Date(0), ratio: 0.5, text: 'a\r\nb<&>"\u0001' }).toString()
    expect(written).toBe(
      '<dict><key>when</key><string>1970-01-01T00:00:00.000Z</string><key>ratio</key><string>0.5</string>' +
        '<key>text</key><string>a\nb&lt;&amp;&gt;"</string></dict>\0',
    )
  })

  it('name no external entity that would be fetched or read', () => {
    const hostile =
      '<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY x SYSTEM "file:///etc/hostname">]><plist><string>&x;</string></plist>'
    expect(() => read(hostile)).toThrow(DecodeError)
  })

  it.each([
    ['a dictionary whose key has no value', '<plist><dict><key>a</key></dict></plist>'],
    ['a value without a key', '<plist><dict><string>a</string></dict></plist>'],
    ['an element of another kind', '<plist><table/></plist>'],
    ['an integer that is none', '<plist><integer>ten</integer></plist>'],
    ['a reference to nothing', '<plist><string IDREF="7"/></plist>'],
    ['nothing at all', '<plist></plist>'],
    ['no XML', 'Kernel = mach_kernel'],
    ['what is nested too deep', '<array>'.repeat(100_000)],
  ])('refuse %s', (_what, broken) => {
    expect(() => read(broken)).toThrow(DecodeError)
  })

  it('that unfold to far more than they are, are refused and not followed', () => {
    // Arrays that each hold the next one twice: 2^60 values in 500 bytes.
    const depth = 60
    const objects = Array.from({ length: depth }, (_, index) => [0xa2, index + 1, index + 1])
    const bytes = [...Buffer.from('bplist00'), ...objects.flat(), 0x09]
    const offsets = [...objects.map((_, index) => 8 + index * 3), 8 + depth * 3]
    const trailer = Buffer.alloc(32)
    trailer.set([1, 1], 6)
    trailer.writeBigUInt64BE(BigInt(depth + 1), 8)
    trailer.writeBigUInt64BE(BigInt(bytes.length), 24)
    expect(() => readPlist(Buffer.concat([Buffer.from([...bytes, ...offsets]), trailer]))).toThrow(
      DecodeError,
    )
    const doubled = Array.from({ length: depth }, (_, at) => {
      const last = at === 0 ? '<string>x</string>' : `<array IDREF="${at - 1}"/>`
      return `<array ID="${at}">${last}${last}</array>`
    })
    expect(readPlist(Buffer.from(`<array>${doubled.join('')}</array>`))).toHaveLength(depth)
  })

  it.each([
    ['comments', '<!-- --> '],
    ['open elements', '<x>'],
    ['open arrays', '<array>'],
    ['keys', '<key>a</key><string>b</string>'],
    ['references', '&lt;'],
    ['declarations', '<!ENTITY a "'],
    ['zeros', '\0'],
    ['blanks', ' '],
  ])('of a megabyte of %s are done with at once', (_what, part) => {
    const many = part.repeat(1_000_000 / part.length)
    for (const before of ['', '<plist><dict>', '<!DOCTYPE plist [', '<plist><string>'])
      expect(recognise(Buffer.from(before + many + 'x')).description).toMatch(/\.$/)
  })

  it('that are hostile end in a DecodeError and nothing else', () => {
    const good = [
      Buffer.from(buildBinary({ a: ['b', 1, true, { c: Uint8Array.of(1) }] })),
      Buffer.from(build({ a: ['b', 1, true, new Date(0), { c: 'x' }] })),
    ]
    const tryOne = (bytes: Uint8Array) => {
      try {
        readPlist(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError)
      }
    }
    for (const whole of good)
      for (let length = 0; length < whole.length; length++) tryOne(whole.subarray(0, length))
    fc.assert(
      fc.property(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        (whole, changes) => {
          const bytes = Buffer.from(whole)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          tryOne(bytes)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
