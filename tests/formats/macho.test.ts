import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFat, thin, writeFat } from '../../electron/formats/fat.ts'
import { readMachO } from '../../electron/formats/macho.ts'
import { PC_ARCHITECTURES } from '../../electron/formats/macho-architectures.ts'
import { DecodeError } from '../../electron/protocols/bytes.ts'
import { machO } from './darwin/files.ts'

describe('a Mach-O file', () => {
  it.each(['i386', 'x86_64'] as const)('for %s tells its kind, entry and segments', (architecture) => {
    const file = machO({ architecture, entry: 0x201000, text: 'hello' })
    expect(readMachO(file)).toEqual({
      architecture,
      bits: architecture === 'i386' ? 32 : 64,
      byteOrder: 'little',
      type: 'executable',
      entry: 0x201000n,
      segments: [{ name: '__TEXT', address: 0x200000n, memorySize: 0x1000n, fileOffset: 0n, fileSize: 6n }],
    })
  })

  it('for two architectures is thinned to the one that is wanted', () => {
    const parts = (['i386', 'x86_64'] as const).map((architecture) => ({
      ...PC_ARCHITECTURES[architecture],
      bytes: machO({ architecture, type: 11 }),
    }))
    const fat = writeFat(parts)
    const architectureOf = (bytes: Uint8Array) => readMachO(bytes).architecture
    expect(readMachO(thin(fat, 'x86_64', architectureOf)!).architecture).toBe('x86_64')
    expect(thin(fat, 'ppc', architectureOf)).toBeUndefined()
    expect(thin(parts[0]!.bytes, 'x86_64', architectureOf)).toBeUndefined()
    expect(readFat(fat).every(({ offset }) => offset % 16 === 0)).toBe(true)
  })

  it('that is hostile ends in a DecodeError', () => {
    const good = machO({ entry: 1, architecture: 'x86_64' })
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        (length, changes) => {
          const bytes = Buffer.from(good)
          for (const [at, byte] of changes) bytes[4 + (at % (bytes.length - 4))] = byte
          try {
            readMachO(bytes.subarray(0, length))
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
