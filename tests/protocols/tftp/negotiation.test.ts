import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { negotiate } from '../../../electron/protocols/tftp/negotiation.ts'

const limits = { mtu: 1500, size: 42430, windowBytes: 128 * 1024 }
const ask = (options: Record<string, string>) =>
  negotiate(
    Object.entries(options).map(([name, value]) => ({ name, value })),
    limits,
  )
const answer = (options: Record<string, string>) =>
  Object.fromEntries(ask(options).options.map(({ name, value }) => [name, value]))

describe('option negotiation', () => {
  it('falls back to RFC 1350 without options', () => {
    expect(ask({})).toEqual({ blockSize: 512, windowSize: 1, options: [] })
  })

  it('agrees to what a ROM asks for, in its order', () => {
    expect(ask({ tsize: '0', blksize: '1408', windowsize: '16', timeout: '3' })).toEqual({
      blockSize: 1408,
      windowSize: 16,
      timeout: 3,
      options: [
        { name: 'tsize', value: '42430' },
        { name: 'blksize', value: '1408' },
        { name: 'windowsize', value: '16' },
        { name: 'timeout', value: '3' },
      ],
    })
  })

  it('knows names in any case and answers in the same', () => {
    expect(answer({ BlkSize: '1024', TSIZE: '0' })).toEqual({ BlkSize: '1024', TSIZE: '42430' })
  })

  it('makes a block small enough for one frame', () => {
    expect(answer({ blksize: '65464' })).toEqual({ blksize: '1468' })
    expect(answer({ blksize: '1468' })).toEqual({ blksize: '1468' })
  })

  it('bounds the memory of a window', () => {
    const { blockSize, windowSize } = ask({ blksize: '1456', windowsize: '65535' })
    expect(windowSize).toBeGreaterThanOrEqual(64)
    expect(windowSize * blockSize).toBeLessThanOrEqual(limits.windowBytes)
  })

  it('takes the first of two options with one name', () => {
    const options = [
      { name: 'blksize', value: '1024' },
      { name: 'BLKSIZE', value: '8' },
    ]
    expect(negotiate(options, limits)).toMatchObject({ blockSize: 1024, options: [options[0]] })
  })

  it('does not tell a size that it cannot know', () => {
    const options = [{ name: 'tsize', value: '0' }]
    expect(negotiate(options, { mtu: 1500, windowBytes: 1 << 17 }).options).toEqual([])
  })

  it.each([
    ['blksize', '7'],
    ['blksize', '-1'],
    ['blksize', ''],
    ['blksize', '1e3'],
    ['blksize', '0x200'],
    ['blksize', ' 512'],
    ['timeout', '0'],
    ['timeout', '256'],
    ['windowsize', '0'],
    ['utimeout', '1000'],
    ['constructor', '1'],
    ['__proto__', '1'],
  ])('ignores %s=%j', (name, value) => {
    expect(negotiate([{ name, value }], limits)).toEqual({ blockSize: 512, windowSize: 1, options: [] })
  })

  it('stays within its limits for any options at all', () => {
    const name = fc.oneof(
      fc.constantFrom('blksize', 'windowsize', 'timeout', 'tsize', 'BLKSIZE'),
      fc.string(),
    )
    const value = fc.oneof(fc.bigInt().map(String), fc.nat().map(String), fc.string())
    fc.assert(
      fc.property(fc.array(fc.record({ name, value })), (options) => {
        const { blockSize, windowSize, timeout = 1 } = negotiate(options, limits)
        expect(blockSize).toBeGreaterThanOrEqual(8)
        expect(blockSize).toBeLessThanOrEqual(1468)
        expect(windowSize).toBeGreaterThanOrEqual(1)
        expect(windowSize * (blockSize + 4)).toBeLessThanOrEqual(limits.windowBytes)
        expect(timeout).toBeGreaterThanOrEqual(1)
        expect(timeout).toBeLessThanOrEqual(255)
      }),
    )
  })
})
