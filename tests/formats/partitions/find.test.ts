import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../../electron/formats/block-source.ts'
import { planVolume } from '../../../electron/formats/hfsplus/volume-writer.ts'
import { openVolume } from '../../../electron/formats/hfsplus/volume-reader.ts'
import { planDisk, type PartitionScheme } from '../../../electron/formats/partitions/disk-plan.ts'
import { findVolumes } from '../../../electron/formats/partitions/find.ts'
import { decodeMbr } from '../../../electron/formats/partitions/mbr.ts'
import { assemble, build, fileEntry } from '../hfsplus/volumes.ts'

const entries = [fileEntry('mach_kernel', 'kernel')]
const volume = build(entries)

const disk = (scheme: PartitionScheme, bootCode?: Uint8Array) =>
  assemble(
    planDisk(planVolume(entries, { name: 'Volume' }), 'Volume', {
      scheme,
      ...(bootCode === undefined ? {} : { bootCode }),
    }),
  )

const PARTITION = 64 * 512

/** An Apple partition map of a CD, as hybrid ISOs have it: itself, then one HFS partition. */
function hybrid(blockSize: number): Buffer {
  const image = Buffer.alloc(PARTITION + volume.length)
  image.write('CD001', 16 * 2048 + 1)
  const entry = (index: number, type: string, start: number, count: number) => {
    const at = index * blockSize
    image.write('PM', at)
    image.writeUInt32BE(2, at + 4)
    image.writeUInt32BE(start / blockSize, at + 8)
    image.writeUInt32BE(count / blockSize, at + 12)
    image.write('disk image', at + 16)
    image.write(type, at + 48)
  }
  entry(1, 'Apple_partition_map', blockSize, 2 * blockSize)
  entry(2, 'Apple_HFS', PARTITION, volume.length)
  volume.copy(image, PARTITION)
  return image
}

/** An HFS volume with nothing but an HFS+ one in it. */
function wrapped(): Buffer {
  const image = Buffer.alloc(2048 + 4096 + volume.length)
  image.write('BD', 1024)
  image.writeUInt32BE(4096, 1024 + 0x14)
  image.writeUInt16BE(4, 1024 + 0x1c)
  image.write('H+', 1024 + 0x7c)
  image.writeUInt16BE(1, 1024 + 0x7e)
  image.writeUInt16BE(volume.length / 4096, 1024 + 0x80)
  volume.copy(image, 2048 + 4096)
  return image
}

describe('an HFS+ volume is found', () => {
  it.each([
    ['in an MBR', disk('mbr'), 'mbr', PARTITION],
    ['in a GPT', disk('gpt'), 'gpt', PARTITION],
    ['alone', volume, 'none', 0],
    ['in an HFS wrapper', wrapped(), 'none', 0],
    ['in an Apple partition map of 512-byte blocks', hybrid(512), 'apple', PARTITION],
    ['in an Apple partition map of 2048-byte blocks', hybrid(2048), 'apple', PARTITION],
  ] as const)('%s', async (_, image, scheme, start) => {
    const found = await findVolumes(bytesSource(image))
    expect(found).toMatchObject([{ scheme, start }])
    const { items } = await openVolume(found[0]!.source)
    expect(items).toMatchObject([{ path: 'mach_kernel', size: 6 }])
  })

  it('beside a damaged table of another kind', async () => {
    const image = disk('gpt')
    image[520] = 0xff
    // The protective MBR is no partition to look into, and the volume is not where the disk begins.
    expect(await findVolumes(bytesSource(image))).toEqual([])
    const both = hybrid(512)
    disk('mbr').copy(both, 0, 0, 512)
    both.write('EFI PART', 1000)
    expect(await findVolumes(bytesSource(both))).toMatchObject([{ scheme: 'apple' }])
  })

  it.each([0, 1, 511, 512, 1024, 1535])('not in %d bytes of nothing', async (size) => {
    expect(await findVolumes(bytesSource(Buffer.alloc(size)))).toEqual([])
  })
})

describe('a disk', () => {
  it('boots by an MBR: one active partition over the whole disk, behind boot0', () => {
    const code = Buffer.alloc(512, 0xeb)
    const image = disk('mbr', code)
    expect(decodeMbr(image.subarray(0, 512))).toEqual([
      { active: true, type: 0xaf, start: 64, count: volume.length / 512 },
    ])
    expect(image.subarray(0, 440).equals(code.subarray(0, 440))).toBe(true)
    expect(image.readUInt32LE(440)).toBe(0)
  })

  it('has a GPT at both ends, each of which knows where the other is', () => {
    const image = disk('gpt')
    const last = image.length / 512 - 1
    expect(decodeMbr(image.subarray(0, 512))).toEqual([{ active: false, type: 0xee, start: 1, count: last }])
    expect(image.readBigUInt64LE(512 + 24)).toBe(1n)
    expect(image.readBigUInt64LE(512 + 32)).toBe(BigInt(last))
    expect(image.readBigUInt64LE(last * 512 + 24)).toBe(BigInt(last))
    expect(image.readBigUInt64LE(last * 512 + 32)).toBe(1n)
    const entries = Number(image.readBigUInt64LE(last * 512 + 72)) * 512
    expect(image.subarray(entries, entries + 16384).equals(image.subarray(1024, 1024 + 16384))).toBe(true)
    expect(image.toString('utf16le', 1024 + 56, 1024 + 56 + 12)).toBe('Volume')
  })
})
