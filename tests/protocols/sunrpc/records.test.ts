import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import { recordMark, RecordDecoder } from '../../../electron/protocols/sunrpc/records.ts'
import { hex } from './hex.ts'

describe('record marking', () => {
  test('a record in three fragments is one record', () => {
    const decoder = new RecordDecoder(100)
    expect(decoder.push(hex('00000002 0102 00000001 03 80000002 0405'))).toEqual([hex('0102030405')])
  })

  test('the last fragment may be empty', () => {
    expect(new RecordDecoder(100).push(hex('00000001 07 80000000'))).toEqual([hex('07')])
  })

  test('records come out the same however the stream was cut', () => {
    const message = fc.uint8Array({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (messages, step) => {
        const stream = Buffer.concat(messages.flatMap((one) => [recordMark(one.length), Buffer.from(one)]))
        const decoder = new RecordDecoder(40)
        const records: Buffer[] = []
        for (let at = 0; at < stream.length; at += step)
          records.push(...decoder.push(Buffer.from(stream.subarray(at, at + step))))
        expect(records).toEqual(messages.map((one) => Buffer.from(one)))
      }),
    )
  })

  test('a record beyond the limit is refused at its header, before its bytes are held', () => {
    expect(() => new RecordDecoder(100).push(hex('80000065'))).toThrow(DecodeError)
    expect(() => new RecordDecoder(100).push(hex('00000002 0102 80000063'))).toThrow('more than 100 bytes')
  })

  test('an endless stream of empty fragments is refused', () => {
    expect(() => new RecordDecoder(100).push(hex('00000000'))).toThrow('an empty fragment')
  })
})
