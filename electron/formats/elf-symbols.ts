import { DecodeError, Reader } from '../protocols/bytes.ts'
import { elfSection, type ElfFile } from './elf.ts'

/** The names that a shared object brings along, and those that it expects of others. */
export interface DynamicSymbols {
  readonly defined: ReadonlySet<string>
  readonly expected: ReadonlySet<string>
}

/** Weak symbols may stay unresolved, local ones concern nobody else (gABI 4.1 chapter 4, symbol table). */
const GLOBAL = 1
const UNDEFINED = 0

/** The dynamic symbols of an ELF32 shared object; empty when its sections were stripped. */
export function dynamicSymbols(bytes: Uint8Array, elf: ElfFile): DynamicSymbols {
  const defined = new Set<string>()
  const expected = new Set<string>()
  const strings = elfSection(bytes, elf, '.dynstr') ?? Buffer.alloc(0)
  const reader = new Reader(elfSection(bytes, elf, '.dynsym') ?? Buffer.alloc(0))
  while (reader.remaining >= 16) {
    const nameAt = reader.u32LE('st_name')
    reader.skip(8, 'st_value, st_size')
    const binding = reader.u8('st_info') >> 4
    reader.skip(1, 'st_other')
    const section = reader.u16LE('st_shndx')
    if (binding === GLOBAL) (section === UNDEFINED ? expected : defined).add(nameFrom(strings, nameAt))
  }
  return { defined, expected }
}

/** C has no longer names worth reading, and a hostile file could have its strings read over and over. */
const LONGEST_NAME = 256

function nameFrom(strings: Buffer, at: number): string {
  const name = strings.subarray(at, at + LONGEST_NAME)
  const length = name.indexOf(0)
  if (length === -1) throw new DecodeError('invalid', 'st_name', at)
  return name.toString('latin1', 0, length)
}
