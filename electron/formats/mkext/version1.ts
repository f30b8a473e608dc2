/** The first version: a table of places, then property lists and executables, stored or packed by LZSS. */
import { DecodeError, Reader, Writer } from '../../protocols/bytes.ts'
import { packLzss, unpackLzss } from '../lzss.ts'
import { writeKernelPlist } from '../plist/kernel.ts'
import { isDictionary, readPlist } from '../plist/plist.ts'
import type { Allowance, MkextEntry } from './mkext.ts'

const HEAD = 32
/** Two places of four words each. */
const ROW = 32

export function readVersion1(bytes: Uint8Array, count: number, allowance: Allowance): MkextEntry[] {
  const table = new Reader(bytes)
  table.skip(HEAD, 'head')
  if (count * ROW > table.remaining)
    throw new DecodeError('truncated', 'kext table', HEAD, `${count} rows needed`)
  return Array.from({ length: count }, () => {
    const at = table.offset
    const info = readPlace(bytes, table, allowance)
    const executable = readPlace(bytes, table, allowance)
    if (info === undefined) throw new DecodeError('invalid', 'plist', at, 'an extension without one')
    const list = readPlist(info)
    if (!isDictionary(list)) throw new DecodeError('invalid', 'plist', at, 'no dictionary')
    return { info: list, ...(executable === undefined ? {} : { executable }) }
  })
}

/** An offset, the packed size or zero, the size, and a time of change that nothing reads. */
function readPlace(bytes: Uint8Array, table: Reader, allowance: Allowance): Uint8Array | undefined {
  const offset = table.u32('offset')
  const packedSize = table.u32('compsize')
  const size = table.u32('realsize')
  table.skip(4, 'modifiedsecs')
  if (offset === 0 && size === 0) return undefined
  const stored = packedSize === 0 ? size : packedSize
  if (offset + stored > bytes.length)
    throw new DecodeError('truncated', 'mkext file', offset, `${stored} bytes needed`)
  const content = bytes.subarray(offset, offset + stored)
  if (packedSize === 0) return content
  return unpackLzss(content, allowance.take(size, 'realsize'))
}

/** Without its head of `head` bytes, which all offsets count from. */
export async function writeVersion1(
  entries: readonly MkextEntry[],
  head: number,
  compress: boolean,
  pause?: () => Promise<void>,
): Promise<Buffer> {
  const rows = new Writer()
  const files = new Writer()
  const start = head + entries.length * ROW
  const place = (content: Uint8Array | undefined) => {
    if (content === undefined) return rows.zeros(ROW / 2)
    const packed = compress ? packLzss(content) : content
    const smaller = packed.length < content.length
    rows
      .u32(start + files.length)
      .u32(smaller ? packed.length : 0)
      .u32(content.length)
      .u32(0)
    files.bytes(smaller ? packed : content)
    return rows
  }
  for (const { info, executable } of entries) {
    await pause?.()
    place(writeKernelPlist(info))
    place(executable)
  }
  return Buffer.concat([rows.finish(), files.finish()])
}
