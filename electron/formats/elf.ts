import { DecodeError, Reader } from '../protocols/bytes.ts'

/** Executable and Linkable Format, System V ABI (gABI 4.1 chapters 4 and 5); little-endian files only. */
export interface ElfFile {
  readonly bits: 32 | 64
  readonly type: 'executable' | 'shared-object' | 'other'
  /** `i386`, `x86-64`, or the number in e_machine. */
  readonly machine: string
  readonly entry: bigint
  readonly segments: readonly ElfSegment[]
  readonly sections: ElfSectionTable
}

/** One program header. Addresses and sizes in bytes. */
export interface ElfSegment {
  readonly type: 'load' | 'dynamic' | 'other'
  readonly offset: number
  readonly virtualAddress: bigint
  readonly physicalAddress: bigint
  readonly fileSize: number
  readonly memorySize: number
}

/** Where the section headers are; a stripped file has none. */
export interface ElfSectionTable {
  readonly offset: number
  readonly entrySize: number
  readonly count: number
  readonly namesIndex: number
}

export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

/** Reads the ELF header and the program headers. Later parts of the file may be missing. */
export function readElf(bytes: Uint8Array): ElfFile {
  if (!isElf(bytes)) throw new DecodeError('unrecognised', 'ELF magic', 0)
  const reader = new Reader(bytes)
  reader.skip(4, 'ELF magic')
  const bits = { 1: 32, 2: 64 }[reader.u8('EI_CLASS')] as 32 | 64 | undefined
  if (bits === undefined) throw new DecodeError('unrecognised', 'EI_CLASS', 4)
  if (reader.u8('EI_DATA') !== 1) throw new DecodeError('unrecognised', 'EI_DATA', 5, 'not little-endian')
  reader.skip(10, 'e_ident')
  const type = elfType(reader.u16LE('e_type'))
  const machine = elfMachine(reader.u16LE('e_machine'))
  reader.skip(4, 'e_version')
  const entry = readWord(reader, bits, 'e_entry')
  const segmentsAt = readSize(reader, bits, 'e_phoff')
  const sectionsAt = readSize(reader, bits, 'e_shoff')
  reader.skip(6, 'e_flags, e_ehsize')
  const segmentSize = reader.u16LE('e_phentsize')
  const segmentCount = reader.u16LE('e_phnum')
  const sections: ElfSectionTable = {
    offset: sectionsAt,
    entrySize: reader.u16LE('e_shentsize'),
    count: reader.u16LE('e_shnum'),
    namesIndex: reader.u16LE('e_shstrndx'),
  }
  const segments = Array.from({ length: segmentCount }, (_, index) =>
    readSegment(readerAt(bytes, segmentsAt + index * segmentSize, 'program header'), bits),
  )
  return { bits, type, machine, entry, segments, sections }
}

function readSegment(reader: Reader, bits: 32 | 64): ElfSegment {
  const type = { 1: 'load', 2: 'dynamic' }[reader.u32LE('p_type')] as ElfSegment['type'] | undefined
  if (bits === 64) reader.skip(4, 'p_flags')
  return {
    type: type ?? 'other',
    offset: readSize(reader, bits, 'p_offset'),
    virtualAddress: readWord(reader, bits, 'p_vaddr'),
    physicalAddress: readWord(reader, bits, 'p_paddr'),
    fileSize: readSize(reader, bits, 'p_filesz'),
    memorySize: readSize(reader, bits, 'p_memsz'),
  }
}

/** The segments that a boot loader puts into memory, lowest physical address first. */
export function loadSegments({ segments }: ElfFile): ElfSegment[] {
  return segments
    .filter(({ type, memorySize }) => type === 'load' && memorySize > 0)
    .sort((a, b) => (a.physicalAddress < b.physicalAddress ? -1 : 1))
}

/** The bytes of a section by its name; undefined when there is none of that name. */
export function elfSection(bytes: Uint8Array, { bits, sections }: ElfFile, name: string): Buffer | undefined {
  if (sections.offset === 0 || sections.count === 0) return undefined
  const header = (index: number) => {
    const reader = readerAt(bytes, sections.offset + index * sections.entrySize, 'section header')
    const nameAt = reader.u32LE('sh_name')
    reader.skip(bits === 32 ? 12 : 20, 'sh_type, sh_flags, sh_addr')
    return { nameAt, offset: readSize(reader, bits, 'sh_offset'), size: readSize(reader, bits, 'sh_size') }
  }
  const names = header(sections.namesIndex)
  const wanted = Buffer.from(`${name}\0`, 'latin1')
  for (let index = 1; index < sections.count; index++) {
    const { nameAt, offset, size } = header(index)
    const start = names.offset + nameAt
    if (wanted.equals(bytes.subarray(start, start + wanted.length)))
      return readerAt(bytes, offset, name).bytes(size, name)
  }
  return undefined
}

/** What the dynamic section of a shared object says about itself: its own name, and the objects it needs. */
export interface DynamicNames {
  readonly soname?: string
  readonly needed: readonly string[]
}

const DT = { end: 0n, needed: 1n, strings: 5n, soname: 14n }

export function dynamicNames(bytes: Uint8Array, elf: ElfFile): DynamicNames {
  const dynamic = elf.segments.find(({ type }) => type === 'dynamic')
  if (dynamic === undefined) return { needed: [] }
  const reader = new Reader(readerAt(bytes, dynamic.offset, 'dynamic').bytes(dynamic.fileSize, 'dynamic'))
  const entries: { tag: bigint; value: bigint }[] = []
  while (reader.remaining > 0) {
    const tag = readWord(reader, elf.bits, 'd_tag')
    if (tag === DT.end) break
    entries.push({ tag, value: readWord(reader, elf.bits, 'd_val') })
  }
  const strings = entries.find(({ tag }) => tag === DT.strings)
  if (strings === undefined) return { needed: [] }
  const stringsAt = fileOffset(elf, strings.value)
  const named = (wanted: bigint) =>
    entries
      .filter(({ tag }) => tag === wanted)
      .map(({ value }) => readName(bytes.subarray(stringsAt + Number(value)).subarray(0, NAME_LIMIT)))
  const [soname] = named(DT.soname)
  return { ...(soname === undefined ? {} : { soname }), needed: named(DT.needed) }
}

/** Longer names are not read, so that a hostile file cannot have a megabyte searched for each of its entries. */
const NAME_LIMIT = 256

function readName(bytes: Uint8Array): string {
  return new Reader(bytes).untilNul('dynamic string').toString('latin1')
}

function fileOffset({ segments }: ElfFile, address: bigint): number {
  const segment = segments.find(
    ({ type, virtualAddress, fileSize }) =>
      type === 'load' && address >= virtualAddress && address < virtualAddress + BigInt(fileSize),
  )
  if (segment === undefined) throw new DecodeError('invalid', 'DT_STRTAB', 0, 'outside of every segment')
  return segment.offset + Number(address - segment.virtualAddress)
}

function elfType(value: number): ElfFile['type'] {
  return value === 2 ? 'executable' : value === 3 ? 'shared-object' : 'other'
}

function elfMachine(value: number): string {
  return value === 3 ? 'i386' : value === 62 ? 'x86-64' : String(value)
}

function readerAt(bytes: Uint8Array, offset: number, field: string): Reader {
  if (offset > bytes.length) throw new DecodeError('truncated', field, bytes.length)
  return new Reader(bytes.subarray(offset))
}

/** An address: 32 or 64 bits. */
function readWord(reader: Reader, bits: 32 | 64, field: string): bigint {
  const low = reader.u32LE(field)
  return bits === 32 ? BigInt(low) : BigInt(low) + (BigInt(reader.u32LE(field)) << 32n)
}

/** An offset or size, which no file on this computer can exceed. */
function readSize(reader: Reader, bits: 32 | 64, field: string): number {
  const at = reader.offset
  const value = readWord(reader, bits, field)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError('oversized', field, at)
  return Number(value)
}
