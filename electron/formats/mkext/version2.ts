/** The second version: executables packed by zlib, then one property list with the lists of all extensions. */
import { promisify } from 'node:util'
import { deflate, inflateSync, type ZlibOptions } from 'node:zlib'
import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'
import { writeKernelPlist } from '../plist/kernel.ts'
import { isDictionary, readPlist, textOf, type PlistDictionary, type PlistValue } from '../plist/plist.ts'
import type { Allowance, MkextEntry } from './mkext.ts'

const HEAD = 32
/** Where the property list is, its packed size and its size. */
const PLACE = 12
/** Before each file: its packed size or zero, and its size. */
const FILE_HEAD = 8

const LISTS = '_MKEXTInfoDictionaries'
const PATH = '_MKEXTBundlePath'
const EXECUTABLE = '_MKEXTExecutable'
const EXECUTABLE_PATH = '_MKEXTExecutableRelativePath'
const OWN_KEYS = [PATH, EXECUTABLE, EXECUTABLE_PATH]

export function readVersion2(bytes: Uint8Array, count: number, allowance: Allowance): MkextEntry[] {
  const reader = new Reader(bytes)
  reader.skip(HEAD, 'head')
  const offset = reader.u32('plist_offset')
  const packedSize = reader.u32('plist_compressed_size')
  const size = reader.u32('plist_full_size')
  const list = readPlist(unpack(bytes, offset, packedSize, size, allowance))
  const all = isDictionary(list) ? list[LISTS] : undefined
  if (!Array.isArray(all)) throw new DecodeError('invalid', LISTS, offset, 'no array')
  const infos = all as readonly PlistValue[]
  if (infos.length !== count)
    throw new DecodeError('invalid', 'numkexts', 20, `it says ${count}, the list has ${infos.length}`)
  return infos.map((info) => {
    if (!isDictionary(info)) throw new DecodeError('invalid', LISTS, offset, 'not of dictionaries')
    const executable = readExecutable(bytes, info, allowance)
    const path = textOf(info, PATH)
    return {
      info: without(info, OWN_KEYS),
      ...(path === undefined ? {} : { path }),
      ...(executable === undefined ? {} : { executable }),
    }
  })
}

function readExecutable(bytes: Uint8Array, info: PlistDictionary, allowance: Allowance) {
  if (!Object.hasOwn(info, EXECUTABLE)) return undefined
  const offset = info[EXECUTABLE]
  if (typeof offset !== 'number' || offset < 0 || offset + FILE_HEAD > bytes.length)
    throw new DecodeError('invalid', EXECUTABLE, 0, 'not the place of a file')
  const reader = new Reader(bytes.subarray(offset))
  return unpack(bytes, offset + FILE_HEAD, reader.u32('compressed_size'), reader.u32('full_size'), allowance)
}

function unpack(
  bytes: Uint8Array,
  offset: number,
  packedSize: number,
  size: number,
  allowance: Allowance,
): Uint8Array {
  const stored = packedSize === 0 ? size : packedSize
  if (offset + stored > bytes.length)
    throw new DecodeError('truncated', 'mkext file', offset, `${stored} bytes needed`)
  const content = bytes.subarray(offset, offset + stored)
  if (packedSize === 0) return content
  const inflated = inflate(content, allowance.take(size, 'full_size'), offset)
  if (inflated.length !== size)
    throw new DecodeError('invalid', 'full_size', offset, `it says ${size}, ${inflated.length} came out`)
  return inflated
}

function inflate(content: Uint8Array, size: number, offset: number): Buffer {
  try {
    return inflateSync(content, { maxOutputLength: Math.max(size, 1) })
  } catch (error) {
    throw new DecodeError(
      'invalid',
      'zlib data',
      offset,
      error instanceof Error ? error.message : String(error),
    )
  }
}

const deflated = promisify<Uint8Array, ZlibOptions, Buffer>(deflate)

/** Without its head of `head` bytes, which all offsets count from. */
export async function writeVersion2(
  entries: readonly MkextEntry[],
  head: number,
  compress: boolean,
): Promise<Buffer> {
  const files = new Writer()
  const start = head + PLACE
  const pack = async (content: Uint8Array) => (compress ? deflated(content, { level: 9 }) : content)
  const infos: PlistDictionary[] = []
  for (const [index, { info, path, executable }] of entries.entries()) {
    const own: Record<string, PlistValue> = { [PATH]: path ?? `/Extension${index}.kext` }
    if (executable !== undefined) {
      own[EXECUTABLE] = start + files.length
      own[EXECUTABLE_PATH] = `Contents/MacOS/${textOf(info, 'CFBundleExecutable') ?? ''}`
      const packed = await pack(executable)
      files.u32(compress ? packed.length : 0).u32(executable.length)
      files.bytes(packed)
    }
    infos.push({ ...info, ...own })
  }
  const list = writeKernelPlist({ [LISTS]: infos })
  const packed = await pack(list)
  return new Writer()
    .u32(start + files.length)
    .u32(compress ? packed.length : 0)
    .u32(list.length)
    .bytes(files.finish())
    .bytes(packed)
    .finish()
}

function without(dictionary: PlistDictionary, keys: readonly string[]): PlistDictionary {
  return Object.fromEntries(Object.entries(dictionary).filter(([key]) => !keys.includes(key)))
}
