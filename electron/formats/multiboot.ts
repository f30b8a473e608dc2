import { Reader } from '../protocols/bytes.ts'

const MAGIC = 0x1badb002
const MAGIC_2 = 0xe85250d6
/** The header lies within this many bytes of the file's start, whole. */
export const MULTIBOOT_SEARCH = 8192
/** For MultiBoot 2 it is more (Multiboot2 Specification 2.0 section 3.1). */
export const MULTIBOOT2_SEARCH = 32768

const VIDEO = 1 << 2
const AOUT_KLUDGE = 1 << 16
/** A loader must refuse a kernel that sets one of these which it does not know. */
const MANDATORY = 0xffff
const KNOWN = 0b111

/** Where an image goes that is not ELF, all physical addresses in bytes. */
export interface MultibootAddresses {
  readonly header: number
  readonly load: number
  /** The first byte after what is loaded; zero: the whole file. */
  readonly loadEnd: number
  /** The first byte after the zeroed memory behind it; zero: none. */
  readonly bssEnd: number
  readonly entry: number
}

export interface MultibootVideo {
  /** 0: linear graphics, 1: EGA text. */
  readonly mode: number
  /** Pixels, or characters in a text mode; zero: the loader may choose. */
  readonly width: number
  readonly height: number
  readonly depth: number
}

/** MultiBoot Specification 0.6.96 section 3.1. */
export interface MultibootHeader {
  /** In bytes from the file's start. */
  readonly offset: number
  readonly flags: number
  /** Mandatory flags that no version of the specification defines. */
  readonly unknownFlags: number
  readonly pageAlign: boolean
  readonly memoryInfo: boolean
  readonly addresses?: MultibootAddresses
  readonly video?: MultibootVideo
}

/**
 * The first MultiBoot header in a file's first 8 KB. Little-endian, on a four-byte boundary, and with a
 * checksum that makes its first three words add up to zero.
 */
export function findMultiboot(file: Uint8Array): MultibootHeader | undefined {
  const head = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, MULTIBOOT_SEARCH))
  for (let offset = 0; offset + 12 <= head.length; offset += 4) {
    if (head.readUInt32LE(offset) !== MAGIC) continue
    const flags = head.readUInt32LE(offset + 4)
    if ((MAGIC + flags + head.readUInt32LE(offset + 8)) % 2 ** 32 !== 0) continue
    const length = flags & VIDEO ? 48 : flags & AOUT_KLUDGE ? 32 : 12
    if (offset + length <= head.length)
      return readHeader(head.subarray(offset, offset + length), offset, flags)
  }
  return undefined
}

function readHeader(bytes: Buffer, offset: number, flags: number): MultibootHeader {
  const reader = new Reader(bytes)
  reader.skip(12, 'magic, flags, checksum')
  const word = (field: string) => reader.u32LE(field)
  const header = {
    offset,
    flags,
    unknownFlags: flags & MANDATORY & ~KNOWN,
    pageAlign: (flags & 1) !== 0,
    memoryInfo: (flags & 2) !== 0,
  }
  if (bytes.length === 12) return header
  // The video fields come behind the address fields, which are there but mean nothing without their flag.
  const addresses: MultibootAddresses = {
    header: word('header_addr'),
    load: word('load_addr'),
    loadEnd: word('load_end_addr'),
    bssEnd: word('bss_end_addr'),
    entry: word('entry_addr'),
  }
  return {
    ...header,
    ...(flags & AOUT_KLUDGE ? { addresses } : {}),
    ...(flags & VIDEO
      ? {
          video: {
            mode: word('mode_type'),
            width: word('width'),
            height: word('height'),
            depth: word('depth'),
          },
        }
      : {}),
  }
}

/** Whether there is a MultiBoot 2 header, which MultiBoot 1 loaders such as mboot.c32 cannot start. */
export function hasMultiboot2(file: Uint8Array): boolean {
  const head = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, MULTIBOOT2_SEARCH))
  for (let offset = 0; offset + 16 <= head.length; offset += 8) {
    if (head.readUInt32LE(offset) !== MAGIC_2) continue
    const sum = [0, 4, 8, 12].reduce((total, at) => total + head.readUInt32LE(offset + at), 0)
    if (sum % 2 ** 32 === 0) return true
  }
  return false
}
