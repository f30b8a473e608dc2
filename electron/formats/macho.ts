/** Mach-O files (Apple, OS X ABI Mach-O File Format Reference; xnu EXTERNAL_HEADERS/mach-o/loader.h). */
import { DecodeError, Reader } from '../protocols/bytes.ts'
import { architectureName } from './macho-architectures.ts'

export interface MachO {
  /** `i386`, `x86_64`, or another of `architectureName`. */
  readonly architecture: string
  readonly bits: 32 | 64
  readonly byteOrder: 'little' | 'big'
  readonly type: 'object' | 'executable' | 'library' | 'bundle' | 'kext' | 'other'
  /** Where the first thread starts: an absolute address; absent when the file has no thread of its own. */
  readonly entry?: bigint
  readonly segments: readonly MachOSegment[]
}

/** Addresses and sizes in bytes. */
export interface MachOSegment {
  readonly name: string
  readonly address: bigint
  readonly memorySize: bigint
  readonly fileOffset: bigint
  readonly fileSize: bigint
}

const MAGICS: Readonly<Record<string, { bits: 32 | 64; byteOrder: MachO['byteOrder'] }>> = {
  cefaedfe: { bits: 32, byteOrder: 'little' },
  cffaedfe: { bits: 64, byteOrder: 'little' },
  feedface: { bits: 32, byteOrder: 'big' },
  feedfacf: { bits: 64, byteOrder: 'big' },
}

const FILE_TYPES: Readonly<Record<number, MachO['type']>> = {
  1: 'object',
  2: 'executable',
  6: 'library',
  8: 'bundle',
  11: 'kext',
}

const LC_SEGMENT = 0x1
const LC_UNIXTHREAD = 0x5
const LC_SEGMENT_64 = 0x19
/** A file with more load commands than this is none that a linker made. */
const COMMAND_LIMIT = 4096
/** Which word of the thread state is the program counter, by `flavor` (mach/i386/thread_status.h). */
const EIP = { flavor: 1, offset: 10 * 4 }
const RIP = { flavor: 4, offset: 16 * 8 }

export function isMachO(head: Uint8Array): boolean {
  return MAGICS[Buffer.from(head.subarray(0, 4)).toString('hex')] !== undefined
}

/** Reads the header and the load commands of a file for one architecture. Later parts of it may be missing. */
export function readMachO(bytes: Uint8Array): MachO {
  const kind = MAGICS[Buffer.from(bytes.subarray(0, 4)).toString('hex')]
  if (kind === undefined) throw new DecodeError('unrecognised', 'Mach-O magic', 0)
  const { bits, byteOrder } = kind
  const reader = new Reader(bytes)
  const word = (field: string) => (byteOrder === 'little' ? reader.u32LE(field) : reader.u32(field))
  reader.skip(4, 'magic')
  const architecture = architectureName(word('cputype'), word('cpusubtype'))
  const type = FILE_TYPES[word('filetype')] ?? 'other'
  const count = word('ncmds')
  if (count > COMMAND_LIMIT) throw new DecodeError('oversized', 'ncmds', 16, String(count))
  reader.skip(8, 'sizeofcmds, flags')
  if (bits === 64) reader.skip(4, 'reserved')
  const segments: MachOSegment[] = []
  let entry: bigint | undefined
  for (let index = 0; index < count; index++) {
    const at = reader.offset
    const command = word('cmd')
    const size = word('cmdsize')
    if (size < 8) throw new DecodeError('invalid', 'cmdsize', at + 4, String(size))
    const body = new Reader(reader.bytes(size - 8, 'load command'))
    if (command === LC_SEGMENT || command === LC_SEGMENT_64)
      segments.push(readSegment(body, command === LC_SEGMENT ? 32 : 64, byteOrder))
    if (command === LC_UNIXTHREAD && byteOrder === 'little') entry = readEntry(body) ?? entry
  }
  return { architecture, bits, byteOrder, type, ...(entry === undefined ? {} : { entry }), segments }
}

function readSegment(reader: Reader, bits: 32 | 64, byteOrder: MachO['byteOrder']): MachOSegment {
  const name = reader.bytes(16, 'segname').toString('latin1').replace(/\0.*$/s, '')
  const word = (field: string): bigint => {
    if (bits === 32) return BigInt(byteOrder === 'little' ? reader.u32LE(field) : reader.u32(field))
    const bytes = reader.bytes(8, field)
    return byteOrder === 'little' ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE()
  }
  return {
    name,
    address: word('vmaddr'),
    memorySize: word('vmsize'),
    fileOffset: word('fileoff'),
    fileSize: word('filesize'),
  }
}

/** The program counter in a thread command: groups of flavor, count of words, and the state itself. */
function readEntry(reader: Reader): bigint | undefined {
  while (reader.remaining >= 8) {
    const flavor = reader.u32LE('flavor')
    const state = reader.bytes(reader.u32LE('count') * 4, 'thread state')
    if (flavor === EIP.flavor && state.length >= EIP.offset + 4) return BigInt(state.readUInt32LE(EIP.offset))
    if (flavor === RIP.flavor && state.length >= RIP.offset + 8) return state.readBigUInt64LE(RIP.offset)
  }
  return undefined
}
