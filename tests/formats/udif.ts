/** Apple disk images as `hdiutil` makes them, of chunks packed in the ways that are asked for. */
import { deflateSync } from 'node:zlib'
import { spawnSync } from 'node:child_process'
import { writePlist } from '../../electron/formats/plist/plist.ts'

const SECTOR = 512

const program = (name: string, parameters: readonly string[]) => (bytes: Buffer) => {
  const { status, stdout, error } = spawnSync(name, parameters, { input: bytes, maxBuffer: 2 ** 30 })
  if (status !== 0) throw error ?? new Error(`${name} ended with ${String(status)}.`)
  return stdout
}

export const packings = {
  zero: { type: 0, pack: () => Buffer.alloc(0) },
  raw: { type: 1, pack: (bytes: Buffer) => bytes },
  ADC: { type: 0x80000004, pack: (bytes: Buffer) => bytes },
  zlib: { type: 0x80000005, pack: (bytes: Buffer) => deflateSync(bytes) },
  bzip2: { type: 0x80000006, pack: program('bzip2', ['-c']) },
  LZFSE: { type: 0x80000007, pack: (bytes: Buffer) => bytes },
  LZMA: { type: 0x80000008, pack: program('xz', ['-c']) },
} as const

export type Packing = keyof typeof packings

export interface UdifOptions {
  /** What each chunk is packed by, in turn. */
  readonly packing: readonly Packing[]
  /** Of a chunk, in sectors. */
  readonly chunk?: number
  readonly segments?: number
}

/** Chunks of zeros are told as such, whatever packing is due. */
export function udif(disk: Buffer, { packing, chunk = 128, segments = 1 }: UdifOptions): Buffer {
  const data: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  const add = (type: number, sector: number, count: number, bytes: Buffer) => {
    const entry = Buffer.alloc(40)
    entry.writeUInt32BE(type, 0)
    for (const [index, value] of [sector, count, offset, bytes.length].entries())
      entry.writeBigUInt64BE(BigInt(value), 8 + 8 * index)
    entries.push(entry)
    data.push(bytes)
    offset += bytes.length
  }
  const sectors = disk.length / SECTOR
  for (let sector = 0; sector < sectors; sector += chunk) {
    const bytes = disk.subarray(sector * SECTOR, (sector + chunk) * SECTOR)
    const empty = bytes.every((byte) => byte === 0)
    const { type, pack } = packings[empty ? 'zero' : packing[(sector / chunk) % packing.length]!]
    add(type, sector, bytes.length / SECTOR, pack(bytes))
  }
  add(0xffffffff, sectors, 0, Buffer.alloc(0))
  const list = Buffer.from(
    writePlist({
      'resource-fork': { blkx: [{ ID: '0', Name: 'whole disk', Data: mish(sectors, entries) }] },
    }),
  )
  const all = Buffer.concat(data)
  return Buffer.concat([all, list, koly(all.length, list.length, sectors, segments)])
}

function mish(sectors: number, entries: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(204)
  head.write('mish')
  head.writeUInt32BE(1, 4)
  head.writeBigUInt64BE(BigInt(sectors), 16)
  head.writeUInt32BE(entries.length, 200)
  return Buffer.concat([head, ...entries])
}

function koly(dataLength: number, listLength: number, sectors: number, segments: number): Buffer {
  const trailer = Buffer.alloc(512)
  trailer.write('koly')
  trailer.writeUInt32BE(4, 4)
  trailer.writeUInt32BE(512, 8)
  trailer.writeBigUInt64BE(BigInt(dataLength), 32)
  trailer.writeUInt32BE(1, 56)
  trailer.writeUInt32BE(segments, 60)
  trailer.writeBigUInt64BE(BigInt(dataLength), 216)
  trailer.writeBigUInt64BE(BigInt(listLength), 224)
  trailer.writeUInt32BE(1, 488)
  trailer.writeBigUInt64BE(BigInt(sectors), 492)
  return trailer
}
