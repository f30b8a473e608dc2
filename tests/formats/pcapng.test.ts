import { expect, it } from 'vitest'
import { encodeInterface, encodePacket, encodeSectionHeader } from '../../electron/formats/pcapng.ts'

it('makes blocks of whole words, each with its length at both ends', () => {
  const packet = { time: 1_700_000_000_123_456, direction: 'inbound', comment: 'why' } as const
  const blocks = [
    encodeSectionHeader('Bootwire'),
    encodeInterface('target', 'odd'),
    ...[0, 1, 2, 3, 60].map((length) => encodePacket({ ...packet, bytes: Buffer.alloc(length, 1) })),
  ]
  for (const block of blocks) {
    expect(block.length % 4).toBe(0)
    expect(block.readUInt32LE(4)).toBe(block.length)
    expect(block.readUInt32LE(block.length - 4)).toBe(block.length)
  }
  expect(blocks[0]!.subarray(0, 12).toString('hex')).toBe('0a0d0d0a2c0000004d3c2b1a')
})

it('splits a time in microseconds into its two words', () => {
  const block = encodePacket({ time: 1_700_000_000_123_456, direction: 'outbound', bytes: Buffer.alloc(60) })
  const time = (BigInt(block.readUInt32LE(12)) << 32n) | BigInt(block.readUInt32LE(16))
  expect(time).toBe(1_700_000_000_123_456n)
})
