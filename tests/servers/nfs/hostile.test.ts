import { createHash, randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Happening } from '../../../electron/clients/events.ts'
import { startNfsServer, type NfsServer } from '../../../electron/servers/nfs/server.ts'
import { oskitNetboot, xnuRoot } from '../../protocols/sunrpc/captured.ts'
import { callMessage, CLIENT, Client3, opaque, overTcp, overUdp, parseReply, text } from './client.ts'
import { MemoryLink } from './memory-link.ts'

let folder: string
let server: NfsServer
const link = new MemoryLink()
const events: Happening[] = []

const digest = () => {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder, { recursive: true }).map(String).sort())
    hash.update(name).update(name === 'file' ? readFileSync(join(folder, name)) : '')
  return hash.digest('hex')
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-hostile-'))
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'file'), randomBytes(3000))
  symlinkSync('loop', join(folder, 'loop'))
  server = await startNfsServer(link, (event) => events.push(event), {
    secret: randomBytes(32),
    exports: [{ path: '/', source: { kind: 'folder', folder } }],
  })
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

describe('hostile calls', () => {
  test('get answers of the protocol or none, and leave the export as it was', async () => {
    const before = digest()
    const client = new Client3(overTcp(link))
    const { handle } = await client.mount('/')
    const captured = [...oskitNetboot(), ...xnuRoot()]
      .filter(({ to }) => [111, 2049, 20048].includes(to))
      .map(({ message }) => message)
    const byProcedure = fc
      .record({
        program: fc.constantFrom(100000, 100003, 100005),
        version: fc.integer({ min: 1, max: 4 }),
        procedure: fc.integer({ min: 0, max: 22 }),
        hasHandle: fc.constantFrom(0, 1, 2),
        rest: fc.uint8Array({ maxLength: 200 }),
      })
      .map(({ program, version, procedure, hasHandle, rest }) =>
        callMessage(program, version, procedure, (writer) => {
          if (hasHandle === 1) opaque(writer, handle)
          if (hasHandle === 2) writer.bytes(handle)
          writer.bytes(rest)
        }),
      )
    const mutated = fc
      .tuple(
        fc.constantFrom(...captured),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(200),
      )
      .map(([message, changes, cut]) => {
        const bytes = Buffer.from(message)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        return cut < 20 ? bytes.subarray(0, bytes.length - cut) : bytes
      })
    const replies: Buffer[] = []
    const send = link.attach(CLIENT, (data) => replies.push(data))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(byProcedure, mutated), { maxLength: 20 }),
        fc.constantFrom(111, 2049, 20048),
        async (messages, port) => {
          replies.length = 0
          for (const message of messages) send(message, port)
          await new Promise((resolve) => setTimeout(resolve, 2))
          for (const reply of replies) parseReply(reply)
        },
      ),
      { numRuns: 300 },
    )
    expect(events.filter(({ type }) => type === 'notice')).toEqual([])
    expect(digest()).toBe(before)
    expect((await client.getattr(handle)).status).toBe(0)
  }, 30_000)

  test('a symbolic link to itself is text as any other', async () => {
    const client = new Client3(overTcp(link))
    const { handle } = await client.mount('/')
    expect((await client.lookup(handle, 'loop')).attributes?.type).toBe(5)
    expect((await client.mount('/loop/loop')).status).toBe(20)
  })

  test('a name that cannot be is refused by every procedure that takes one', async () => {
    const client = new Client3(overTcp(link))
    const { handle } = await client.mount('/')
    for (const name of ['a/b', '..', '.', '', 'x\0', 'x'.repeat(256)])
      for (const procedure of [12, 13])
        expect(
          (await client.call(procedure, (writer) => text(opaque(writer, handle), name))).u32('status'),
        ).toBe(30)
    expect(readdirSync(folder).sort()).toEqual(['file', 'loop', 'sub'])
  })
})

describe("a client shaped like the OSKit's, under 5 % loss", () => {
  const portOf = async (program: number, version: number, transport: ReturnType<typeof overUdp>) => {
    const message = callMessage(100000, 2, 3, (writer) => writer.u32(program).u32(version).u32(17).u32(0), {
      xid: 0x78,
    })
    return (await transport.call(111, message)).readUInt32BE(24)
  }

  test.each([1, 1023, 1024, 65_537, 1_000_000])('reads a kernel of %i bytes', async (size) => {
    const kernel = randomBytes(size)
    writeFileSync(join(folder, 'sub', 'kernel'), kernel)
    let state = 7
    link.loses = () => (state = (state * 48_271) % 0x7fffffff) % 20 === 0
    const transport = overUdp(link, CLIENT, 20)
    // On a busy computer it asks twice, and the second answer would be taken for that of the next call of this xid.
    const strays = () => pause(40)
    try {
      const nfs = await portOf(100003, 2, transport)
      await strays()
      const mountd = await portOf(100005, 1, transport)
      await strays()
      const mount = callMessage(100005, 1, 1, (writer) => text(writer, '/sub'), { xid: 0x78 })
      const root = (await transport.call(mountd, mount)).subarray(28, 60)
      await strays()
      const lookup = callMessage(100003, 2, 4, (writer) => text(writer.bytes(root), 'kernel'), { xid: 0x78 })
      const handle = (await transport.call(nfs, lookup)).subarray(28, 60)
      await strays()
      const read = async (offset: number, xid: number) => {
        const message = callMessage(
          100003,
          2,
          6,
          (writer) => writer.bytes(handle).u32(offset).u32(1024).u32(0),
          {
            xid,
          },
        )
        const reply = await transport.call(nfs, message)
        // It panics at any status but success, and finds everything at fixed offsets.
        if (reply.readUInt32BE(24) !== 0) throw new Error('bar')
        return reply.subarray(24 + 19 * 4, 24 + 19 * 4 + reply.readUInt32BE(24 + 18 * 4))
      }
      const parts: Buffer[] = []
      for (let offset = 0, xid = 0x78; offset < size; offset += 32 * 1024) {
        const burst = Array.from({ length: 32 }, (_, index) => read(offset + index * 1024, xid++))
        parts.push(...(await Promise.all(burst)))
      }
      expect(Buffer.concat(parts).equals(kernel)).toBe(true)
    } finally {
      link.loses = () => false
    }
  })
})
