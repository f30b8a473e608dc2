import { describe, expect, it } from 'vitest'
import { elfSection, loadSegments, readElf } from '../../electron/formats/elf.ts'
import { DecodeError } from '../../electron/protocols/bytes.ts'
import { elf32, smallKernel } from './images.ts'

describe('an ELF file', () => {
  it('tells its processor, entry and what goes into memory, lowest address first', () => {
    const elf = readElf(
      elf32(
        [
          { address: 0x200000, memorySize: 0x1000 },
          { address: 0x100000, content: Buffer.from('code') },
          { address: 0x300000, memorySize: 0 },
          { type: 4, address: 0, content: Buffer.from('a note') },
        ],
        { entry: 0x100002 },
      ),
    )
    expect(elf).toMatchObject({ bits: 32, type: 'executable', machine: 'i386', entry: 0x100002n })
    expect(loadSegments(elf)).toMatchObject([
      { physicalAddress: 0x100000n, fileSize: 4 },
      { physicalAddress: 0x200000n, memorySize: 0x1000 },
    ])
  })

  it('may be 64-bit, with addresses that need every bit', () => {
    const file = Buffer.alloc(64 + 56)
    file.write('\x7fELF\x02\x01\x01', 'latin1')
    file.writeUInt16LE(2, 16)
    file.writeUInt16LE(62, 18)
    file.writeBigUInt64LE(0xffffffff81000000n, 24)
    file.writeBigUInt64LE(64n, 32)
    file.writeUInt16LE(56, 54)
    file.writeUInt16LE(1, 56)
    file.writeUInt32LE(1, 64)
    file.writeBigUInt64LE(0xffffffff81000000n, 80)
    file.writeBigUInt64LE(0x1000000n, 88)
    file.writeBigUInt64LE(0x2000n, 104)
    expect(readElf(file)).toMatchObject({
      bits: 64,
      machine: 'x86-64',
      entry: 0xffffffff81000000n,
      segments: [
        {
          type: 'load',
          virtualAddress: 0xffffffff81000000n,
          physicalAddress: 0x1000000n,
          memorySize: 0x2000,
        },
      ],
    })
  })

  it('that is cut anywhere in its headers is told as cut', () => {
    for (let length = 4; length < 52 + 24; length++)
      expect(() => readElf(smallKernel.subarray(0, length))).toThrow(DecodeError)
  })

  it('of big-endian machines is not read', () => {
    const file = Buffer.from(smallKernel)
    file[5] = 2
    expect(() => readElf(file)).toThrow('EI_DATA')
  })

  it('without sections has none to find', () => {
    expect(elfSection(smallKernel, readElf(smallKernel), '.comment')).toBeUndefined()
  })
})
