import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NetasciiEncoder } from '../../../electron/protocols/tftp/netascii.ts'

/** Encodes in pieces of the given sizes. */
function encode(bytes: Uint8Array, inputPiece = 1 << 20, outputPiece = 1 << 20): Buffer {
  const encoder = new NetasciiEncoder()
  const output: Buffer[] = []
  for (let at = 0; at < bytes.length || encoder.owes;) {
    const target = Buffer.alloc(outputPiece)
    const { read, written } = encoder.encode(bytes.subarray(at, at + inputPiece), target)
    at += read
    output.push(target.subarray(0, written))
  }
  return Buffer.concat(output)
}

describe('netascii', () => {
  it('ends lines with CR LF and keeps a lone CR apart from it', () => {
    expect(encode(Buffer.from('a\nb\rc\r\n')).toString()).toBe('a\r\nb\r\0c\r\0\r\n')
  })

  it('comes out the same however the bytes are cut', () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 0, 65)).map((values) => Buffer.from(values))
    const piece = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(bytes, piece, piece, (input, inputPiece, outputPiece) => {
        const text = input.toString('latin1')
        const expected = text.replace(/[\r\n]/g, (end) => (end === '\n' ? '\r\n' : '\r\0'))
        expect(encode(input, inputPiece, outputPiece).toString('latin1')).toBe(expected)
      }),
    )
  })
})
