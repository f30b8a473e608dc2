import { randomBytes } from 'node:crypto'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileBytes, LinkConnection } from '../../../electron/link/link.ts'
import type { FilePart } from '../../../electron/protocols/sunrpc/pieces.ts'
import { RecordDecoder } from '../../../electron/protocols/sunrpc/records.ts'
import { ReplySender } from '../../../electron/servers/rpc/reply-sender.ts'

const file = randomBytes(300_000)

/** A connection whose system takes as many bytes of a file as it likes: `appetite` says how many, call by call. */
class Connection extends Duplex implements LinkConnection {
  readonly peer = { address: '10.77.0.2', port: 1023 }
  readonly #received: Buffer[] = []
  readonly #appetite: number[]

  constructor(appetite: readonly number[]) {
    super()
    this.#appetite = [...appetite]
  }

  get received(): Buffer {
    return Buffer.concat(this.#received)
  }

  readonly sendFile = async (head: Buffer, { offset, length }: FileBytes): Promise<number> => {
    expect(this.writableLength, 'what was written before is with the system').toBe(0)
    const taken = Math.min(this.#appetite.shift() ?? Infinity, head.length + length)
    const bytes = Buffer.concat([head, file.subarray(offset, offset + length)]).subarray(0, taken)
    await turn()
    this.#received.push(bytes)
    return taken
  }

  override _read(): void {
    // It hears nothing.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#received.push(Buffer.from(chunk))
    setImmediate(done)
  }
}

const part = (offset: number, length: number, size = file.length): FilePart => ({
  fd: 1,
  offset,
  length,
  load: (from) => Promise.resolve(file.subarray(from, Math.min(from + 1000, offset + length, size))),
})
const small = (text: string) => ({ pieces: [Buffer.from(text)] as const })
const settled = async () => {
  for (let index = 0; index < 1000; index++) await turn()
}

describe('replies on a connection', () => {
  it('leave whole and in their order, however little the system takes at once', async () => {
    const pieces = fc.array(
      fc.oneof(
        fc.record({ offset: fc.nat(1000), length: fc.integer({ min: 1, max: 100_000 }) }),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
      ),
      { maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(fc.constant(0), fc.nat(300), fc.nat(50_000)), { maxLength: 8 }),
        async (replies, appetite) => {
          const connection = new Connection(appetite)
          const sender = new ReplySender(connection, () => undefined)
          let sent = 0
          for (const [index, reply] of replies.entries())
            sender.send({
              pieces: [
                Buffer.from([index]),
                ...reply.map((piece) =>
                  'offset' in piece ? part(piece.offset, piece.length) : Buffer.from(piece),
                ),
              ],
              sent: () => (sent += 1),
            })
          await settled()
          const records = new RecordDecoder(2 ** 20).push(connection.received)
          const expected = replies.map((reply, index) =>
            Buffer.concat([
              Buffer.from([index]),
              ...reply.map((piece) =>
                'offset' in piece ? file.subarray(piece.offset, piece.offset + piece.length) : piece,
              ),
            ]),
          )
          expect(records.map((record) => record.equals(expected.shift()!))).toEqual(replies.map(() => true))
          expect(sent).toBe(replies.filter((reply) => reply.length > 0).length)
          expect(sender.waiting).toBe(0)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('end with their connection when a file has become shorter, and give back what they had', async () => {
    const connection = new Connection([100])
    const sender = new ReplySender(connection, () => undefined)
    const given: string[] = []
    sender.send({ pieces: [Buffer.from('x'), part(0, 5000, 50)], sent: () => given.push('file') })
    sender.send({ ...small('waits'), sent: () => given.push('waits') })
    await settled()
    expect(connection.destroyed).toBe(true)
    expect(given).toEqual(expect.arrayContaining(['file', 'waits']))
    expect(given).toHaveLength(2)
  })
})
