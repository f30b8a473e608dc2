import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ServedTree } from '../../../electron/chains/tree.ts'
import type { Happening } from '../../../electron/clients/events.ts'
import { Reader, Writer } from '../../../electron/protocols/bytes.ts'
import { startNfsServer, type NfsServer } from '../../../electron/servers/nfs/server.ts'
import { oskitNetboot, xnuRoot } from '../../protocols/sunrpc/captured.ts'
import {
  callMessage,
  CLIENT,
  Client3,
  credentialOf,
  opaque,
  overTcp,
  overUdp,
  parseReply,
  PORTS,
  postOp,
  readOpaque,
  text,
  type Transport,
} from './client.ts'
import { MemoryLink } from './memory-link.ts'

let folder: string
let outside: string
let link: MemoryLink
let server: NfsServer
let events: Happening[]
let udp: Transport
let client: Client3
const secret = randomBytes(32)
const kernel = randomBytes(700_001)

const start = async () => {
  link = new MemoryLink()
  events = []
  server = await startNfsServer(link, (event) => events.push(event), {
    secret,
    exports: [
      { path: '/srv/nbtest', source: { kind: 'folder', folder } },
      {
        path: '/boot',
        source: {
          kind: 'tree',
          tree: new ServedTree([
            {
              name: 'i386/mach.macosx',
              content: { kind: 'bytes', bytes: Buffer.from('kernel') },
              origin: 'a test',
            },
            {
              name: 'hello',
              content: { kind: 'file', path: join(folder, 'k', 'hello'), size: kernel.length },
              origin: 'a test',
            },
          ]),
        },
      },
    ],
  })
  udp = overUdp(link)
  client = new Client3(overTcp(link))
}

beforeEach(async () => {
  outside = mkdtempSync(join(tmpdir(), 'bootwire-outside-'))
  folder = mkdtempSync(join(tmpdir(), 'bootwire-export-'))
  mkdirSync(join(folder, 'k'))
  mkdirSync(join(folder, 'dev'))
  mkdirSync(join(folder, 'sbin'))
  writeFileSync(join(folder, 'k', 'hello'), kernel)
  writeFileSync(join(outside, 'secret'), 'not exported')
  symlinkSync(outside, join(folder, 'out'))
  await start()
})

afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
  rmSync(outside, { recursive: true })
})

const rpc = async (transport: Transport, port: number, message: Buffer) =>
  parseReply(await transport.call(port, message))

describe('the port mapper', () => {
  test.each([
    [100003, 2, 17, 2049],
    [100003, 3, 6, 2049],
    [100005, 1, 17, 20048],
    [100005, 3, 6, 20048],
    [100005, 2, 6, 20048],
    [100005, 4, 6, 0],
    [100021, 1, 17, 0],
  ])('program %i version %i over protocol %i is at port %i', async (program, version, protocol, port) => {
    const message = callMessage(100000, 2, 3, (writer) =>
      writer.u32(program).u32(version).u32(protocol).u32(0),
    )
    expect((await rpc(udp, 111, message)).body.u32('port')).toBe(port)
  })

  test('rpcbind gives the address of the link', async () => {
    const message = callMessage(100000, 4, 3, (writer) => {
      writer.u32(100003).u32(3)
      for (const word of ['tcp', '', '']) text(writer, word)
    })
    const { body } = await rpc(client.transport, 111, message)
    expect(readOpaque(body).toString()).toBe('10.77.0.1.8.1')
  })

  test('nobody can register with it or have it call others', async () => {
    const set = callMessage(100000, 2, 1, (writer) => writer.u32(100003).u32(2).u32(17).u32(666))
    expect((await rpc(udp, 111, set)).body.u32('registered')).toBe(0)
    expect(await rpc(udp, 111, callMessage(100000, 2, 5))).toMatchObject({ status: 3 })
  })
})

describe('errors of RPC', () => {
  test('a program that is elsewhere is unavailable here', async () => {
    expect(await rpc(udp, 2049, callMessage(100005, 1, 0))).toMatchObject({ accepted: true, status: 1 })
  })

  test('version 4 of NFS is refused with the range of what there is', async () => {
    const { status, body } = await rpc(client.transport, 2049, callMessage(100003, 4, 0))
    expect([status, body.u32('low'), body.u32('high')]).toEqual([2, 2, 3])
  })

  test('a procedure that does not exist, and arguments that are none', async () => {
    expect(await rpc(udp, 2049, callMessage(100003, 3, 22))).toMatchObject({ status: 3 })
    expect(await rpc(udp, 2049, callMessage(100003, 3, 1))).toMatchObject({ status: 4 })
  })

  test('an unknown flavour is denied, AUTH_NONE is not', async () => {
    const gss = callMessage(100003, 3, 0, undefined, { flavor: 6, credential: Buffer.alloc(0) })
    const denied = await rpc(udp, 2049, gss)
    expect([denied.accepted, denied.status, denied.body.u32('auth_stat')]).toEqual([false, 1, 1])
    const none = callMessage(100003, 3, 0, undefined, { flavor: 0, credential: Buffer.alloc(0) })
    expect(await rpc(udp, 2049, none)).toMatchObject({ accepted: true, status: 0 })
  })

  test.each([
    ['a credential of 401 bytes', [1, 401], [0, 0], 1],
    ['AUTH_SYS that is none', [1, 4], [0, 0], 1],
    ['a verifier of 401 bytes', [0, 0], [0, 401], 3],
  ])('%s is denied', async (_, credential, verifier, authStatus) => {
    const writer = new Writer().u32(77).u32(0).u32(2).u32(100003).u32(3).u32(0)
    for (const [flavor, length] of [credential, verifier]) writer.u32(flavor!).u32(length!).zeros(length!)
    for (const transport of [udp, client.transport]) {
      const { accepted, status, body } = await rpc(transport, 2049, writer.finish())
      expect([accepted, status, body.u32('auth_stat')]).toEqual([false, 1, authStatus])
    }
  })

  test('a caller that is not on the link gets no answer', async () => {
    const replies: Buffer[] = []
    const send = link.attach({ address: '192.0.2.1', port: 700 }, (data) => replies.push(data))
    send(callMessage(100003, 3, 0), 2049)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(replies).toEqual([])
  })

  test('a stream without framing ends its connection and no other', async () => {
    const other = link.dial({ address: '10.77.0.51', port: 900 }, 2049)
    other.resume()
    const closed = new Promise((resolve) => other.on('end', resolve))
    other.write(Buffer.from('7fffffff', 'hex'))
    await closed
    expect((await client.mount('/srv/nbtest')).status).toBe(0)
  })
})

describe('mounting', () => {
  test.each(['/srv/nbtest', '/srv/nbtest/', '//srv/./nbtest', '/srv/nbtest/k', '/boot/i386'])(
    '%s is a folder of an export',
    async (path) => {
      const { status, handle } = await client.mount(path)
      expect(status).toBe(0)
      expect(handle).toHaveLength(32)
    },
  )

  test.each([
    ['/', 2],
    ['/srv/nbtest/none', 2],
    ['/srv/nbtest/k/hello', 20],
    ['/srv/nbtest/out', 20],
    ['/srv/nbtest/../nbtest', 13],
    ['/srv/nbtest/k/../../..', 13],
  ])('%s is refused with %i', async (path, status) => {
    expect((await client.mount(path)).status).toBe(status)
  })

  test('version 1 returns a bare handle, and all mounts are told until they are undone', async () => {
    const mnt = callMessage(100005, 1, 1, (writer) => text(writer, '/srv/nbtest/k'))
    const reply = await rpc(udp, PORTS.mount, mnt)
    expect(reply.body.u32('status')).toBe(0)
    expect(reply.body.remaining).toBe(32)
    const dump = await rpc(udp, PORTS.mount, callMessage(100005, 1, 2))
    expect(dump.body.u32('follows')).toBe(1)
    expect([readOpaque(dump.body), readOpaque(dump.body)].map(String)).toEqual([
      '10.77.0.50',
      '/srv/nbtest/k',
    ])
    await rpc(udp, PORTS.mount, callMessage(100005, 1, 4))
    expect((await rpc(udp, PORTS.mount, callMessage(100005, 1, 2))).body.u32('follows')).toBe(0)
  })

  test('version 2 is version 1 with PATHCONF', async () => {
    const ask = (procedure: number, path?: string) =>
      rpc(
        udp,
        20048,
        callMessage(100005, 2, procedure, (writer) => path && text(writer, path)),
      )
    const { body } = await ask(1, '/srv/nbtest/k')
    expect([body.u32('status'), body.remaining]).toEqual([0, 32])
    for (const procedure of [5, 6]) expect((await ask(procedure)).body.u32('follows')).toBe(1)
    const limits = (await ask(7, '/srv/nbtest/k')).body
    expect(limits.remaining).toBe(40)
    limits.skip(3 * 4, 'links and lines')
    expect(limits.u32('pc_name_max')).toBe(255)
    const none = (await ask(7, '/nowhere')).body
    none.skip(8 * 4, 'limits')
    expect(none.u32('pc_mask')).toBe(1)
  })

  test('version 4 is refused with the range of what there is', async () => {
    const { status, body } = await rpc(udp, 20048, callMessage(100005, 4, 0))
    expect([status, body.u32('low'), body.u32('high')]).toEqual([2, 1, 3])
  })

  test('EXPORT tells the paths', async () => {
    const { body } = await rpc(udp, PORTS.mount, callMessage(100005, 3, 5))
    expect(body.rest().includes('/srv/nbtest')).toBe(true)
  })

  test('is told, and so is a refusal', async () => {
    await client.mount('/srv/nbtest/')
    await client.mount('/none')
    expect(events).toEqual([
      { type: 'nfs-mounted', client: '52:54:00:12:34:56', address: CLIENT.address, path: '/srv/nbtest/' },
      {
        type: 'request-refused',
        client: '52:54:00:12:34:56',
        protocol: 'nfs',
        address: CLIENT.address,
        file: '/none',
        text: 'cannot be mounted: not exported',
      },
    ])
  })
})

describe('file handles', () => {
  test('hold over a restart, for files deep below the root', async () => {
    mkdirSync(join(folder, 'a/b/c/d/e/f/g/h/i/j'), { recursive: true })
    writeFileSync(join(folder, 'a/b/c/d/e/f/g/h/i/j/deep'), 'deep')
    const { handle: start10 } = await client.mount('/srv/nbtest/a/b/c/d/e/f/g/h/i/j')
    const { handle } = await client.lookup(start10, 'deep')
    await server.close()
    await start()
    expect((await client.readAll(handle)).toString()).toBe('deep')
    const again = await client.mount('/srv/nbtest/a/b/c/d/e/f/g/h/i/j')
    expect(again.handle).toEqual(start10)
  })

  test('a forged, shortened or foreign one is stale', async () => {
    const { handle } = await client.mount('/srv/nbtest')
    for (let at = 0; at < handle.length; at += 5) {
      const forged = Buffer.from(handle)
      forged[at]! ^= 1
      expect((await client.getattr(forged)).status).toBe(70)
    }
    expect((await client.getattr(handle.subarray(0, 31))).status).toBe(70)
    expect((await client.getattr(Buffer.alloc(0))).status).toBe(70)
  })

  test('one of a file that was replaced is stale, and its name finds the new file', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle } = await client.lookup(root, 'hello')
    writeFileSync(join(folder, 'k', 'new'), 'newer')
    renameSync(join(folder, 'k', 'new'), join(folder, 'k', 'hello'))
    expect((await client.getattr(handle)).status).toBe(70)
    const found = await client.lookup(root, 'hello')
    expect((await client.readAll(found.handle)).toString()).toBe('newer')
  })
})

describe('nothing outside of the export is reached', () => {
  test('a symbolic link is text', async () => {
    const { handle: root } = await client.mount('/srv/nbtest')
    const found = await client.lookup(root, 'out')
    expect(found.attributes?.type).toBe(5)
    const body = await client.call(5, (writer) => opaque(writer, found.handle))
    expect(body.u32('status')).toBe(0)
    postOp(body)
    expect(readOpaque(body).toString()).toBe(outside)
    expect((await client.lookup(found.handle, 'secret')).status).toBe(20)
    expect((await client.read(found.handle, 0, 100)).status).toBe(22)
  })

  test('a folder that becomes a symbolic link leads nowhere', async () => {
    const { handle: root } = await client.mount('/srv/nbtest')
    const { handle } = await client.lookup(root, 'k')
    expect((await client.lookup(handle, 'hello')).status).toBe(0)
    await server.close()
    await start()
    renameSync(join(folder, 'k'), join(folder, 'k2'))
    symlinkSync(outside, join(folder, 'k'))
    // The handle is still that of the folder, wherever it is now, and never that of the link's target.
    expect((await client.lookup(handle, 'secret')).status).toBe(2)
    expect((await client.lookup(handle, 'hello')).status).toBe(0)
  })

  test('the parent of the root is the root', async () => {
    const { handle: root } = await client.mount('/srv/nbtest')
    expect((await client.lookup(root, '..')).handle).toEqual(root)
    const { handle: k } = await client.lookup(root, 'k')
    expect((await client.lookup(k, '..')).handle).toEqual(root)
    expect((await client.lookup(k, '.')).handle).toEqual(k)
  })

  test.each([
    ['a name with a slash', 'k/hello', 2],
    ['the way out', '../secret', 2],
    ['no name', '', 2],
    ['a name with NUL', 'k\0', 2],
    ['255 bytes', 'x'.repeat(255), 2],
    ['256 bytes', 'x'.repeat(256), 63],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]), 2],
  ])('%s', async (_, name, status) => {
    const { handle: root } = await client.mount('/srv/nbtest')
    expect((await client.lookup(root, name)).status).toBe(status)
  })
})

describe('reading', () => {
  test('a file in pieces of every kind', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle } = await client.lookup(root, 'hello')
    for (const [offset, count] of [
      [0, 32],
      [52, 64],
      [262_100, 100],
      [262_143, 200_000],
      [699_999, 1024],
    ] as const) {
      const { data, eof } = await client.read(handle, offset, count)
      expect(data.equals(kernel.subarray(offset, offset + count))).toBe(true)
      expect(eof).toBe(offset + count >= kernel.length)
    }
  })

  test('of more than a reply carries is answered in part', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle } = await client.lookup(root, 'hello')
    writeFileSync(join(folder, 'k', 'large'), Buffer.alloc(3 * 2 ** 20))
    const { handle: large } = await client.lookup(root, 'large')
    const { data, eof } = await client.read(large, 0, 2 ** 21)
    expect([data.length, eof]).toEqual([2 ** 20, false])
    const overDatagrams = await new Client3(udp).read(handle, 0, 600_000)
    expect([overDatagrams.data.length, overDatagrams.eof]).toEqual([8192, false])
  })

  test('past the end there is nothing, and no error', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle } = await client.lookup(root, 'hello')
    for (const offset of [kernel.length, 2n ** 40n, 2n ** 64n - 1n])
      expect(await client.read(handle, offset, 1024)).toMatchObject({
        status: 0,
        eof: true,
        data: Buffer.alloc(0),
      })
  })

  test("a chain's tree, from memory and from a file", async () => {
    const { handle: root } = await client.mount('/boot')
    expect((await client.names(root)).sort()).toEqual(['.', '..', 'hello', 'i386'])
    const { handle: i386 } = await client.lookup(root, 'i386')
    const { handle: kernelFile } = await client.lookup(i386, 'mach.macosx')
    expect((await client.readAll(kernelFile)).toString()).toBe('kernel')
    const { handle } = await client.lookup(root, 'hello')
    expect((await client.readAll(handle)).equals(kernel)).toBe(true)
    expect((await client.lookup(kernelFile, 'x')).status).toBe(20)
    expect((await client.read(i386, 0, 10)).status).toBe(21)
  })

  test('a file that changes is read as it is now: at once after a look-up, soon without one', async () => {
    writeFileSync(join(folder, 'log'), 'one')
    const { handle: root } = await client.mount('/srv/nbtest')
    const { handle } = await client.lookup(root, 'log')
    expect((await client.readAll(handle)).toString()).toBe('one')
    writeFileSync(join(folder, 'log'), 'two')
    const again = await client.lookup(root, 'log')
    expect((await client.readAll(again.handle)).toString()).toBe('two')
    writeFileSync(join(folder, 'log'), 'one two')
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect((await client.readAll(handle)).toString()).toBe('one two')
  })

  test('is told as a transfer, once, with what of the file was read', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle } = await client.lookup(root, 'hello')
    await client.readAll(handle)
    await client.read(handle, 0, 1024)
    const transfers = events.filter(({ type }) => type.startsWith('transfer'))
    expect(transfers.map(({ type }) => type)).toEqual(['transfer-started', 'transfer-ended'])
    expect(transfers[0]).toMatchObject({ protocol: 'nfs', file: '/srv/nbtest/k/hello', size: kernel.length })
    expect(transfers[1]).toMatchObject({ outcome: 'complete', bytes: kernel.length })
  })

  test('is told as a transfer of its own when it is looked up again, as by a loader that boots it again', async () => {
    for (let boot = 0; boot < 3; boot++) {
      const { handle: root } = await client.mount('/srv/nbtest/k')
      const { handle } = await client.lookup(root, 'hello')
      await client.readAll(handle)
    }
    const outcomes = events.flatMap((event) => (event.type === 'transfer-ended' ? [event.outcome] : []))
    expect(outcomes).toEqual(['complete', 'complete', 'complete'])
  })

  test('gives the new file when another is moved into its place, and the old one is gone', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    const { handle: old } = await client.lookup(root, 'hello')
    expect((await client.readAll(old)).equals(kernel)).toBe(true)
    writeFileSync(join(folder, 'k', 'hello.new'), 'rebuilt')
    renameSync(join(folder, 'k', 'hello.new'), join(folder, 'k', 'hello'))
    const { handle, attributes } = await client.lookup(root, 'hello')
    expect(handle.equals(old)).toBe(false)
    expect(attributes).toMatchObject({ size: 7 })
    expect((await client.readAll(handle)).toString()).toBe('rebuilt')
    expect((await client.getattr(old)).status).toBe(70)
  })

  test('a name that is not there is news again once the client has mounted anew', async () => {
    for (let boot = 0; boot < 2; boot++) {
      const { handle: root } = await client.mount('/srv/nbtest/k')
      await client.lookup(root, 'missing')
      const { handle } = await client.lookup(root, 'hello')
      await client.read(handle, 0, 10)
    }
    expect(events.flatMap((event) => (event.type === 'nfs-lookup-missed' ? [event.expected] : []))).toEqual([
      false,
      false,
    ])
  })

  test('a name that is not there is news before anything was read, and expected after', async () => {
    const { handle: root } = await client.mount('/srv/nbtest/k')
    await client.lookup(root, 'missing')
    await client.lookup(root, 'Helo')
    const { handle } = await client.lookup(root, 'hello')
    await client.read(handle, 0, 10)
    await client.lookup(root, 'launchd')
    expect(events.filter(({ type }) => type === 'nfs-lookup-missed')).toMatchObject([
      { file: '/srv/nbtest/k/missing', expected: false },
      { file: '/srv/nbtest/k/Helo', expected: false, nearest: 'hello' },
      { file: '/srv/nbtest/k/launchd', expected: true },
    ])
  })
})

describe('listing a folder', () => {
  test('every name comes once, whatever is made and removed meanwhile', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `file ${index}`)
    for (const name of names) writeFileSync(join(folder, 'dev', name), '')
    const { handle } = await client.mount('/srv/nbtest/dev')
    const seen: string[] = []
    for (let cookie = 0n, round = 0; ; round += 1) {
      const { entries, eof, length } = await client.readdir(handle, cookie, 1024)
      expect(length).toBeLessThanOrEqual(1024 + 24)
      seen.push(...entries.map(({ name }) => name))
      if (eof) break
      cookie = entries.at(-1)!.cookie
      writeFileSync(join(folder, 'dev', `new ${round}`), '')
      if (round < 5) rmSync(join(folder, 'dev', seen.at(-1)!))
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining([...names, '.', '..']))
  })

  test('with READDIRPLUS, whose handles and attributes are those of LOOKUP', async () => {
    const { handle } = await client.mount('/srv/nbtest/k')
    const body = await client.call(17, (writer) => {
      opaque(writer, handle)
      writer.u64(2n).zeros(8).u32(512).u32(4096)
    })
    expect(body.u32('status')).toBe(0)
    postOp(body)
    body.skip(8, 'verifier')
    expect(body.u32('follows')).toBe(1)
    const fileid = body.u64('fileid')
    expect(readOpaque(body).toString()).toBe('hello')
    body.skip(8, 'cookie')
    expect(postOp(body)).toMatchObject({ size: kernel.length, fileid })
    expect(body.u32('follows')).toBe(1)
    expect(readOpaque(body)).toEqual((await client.lookup(handle, 'hello')).handle)
    expect([body.u32('follows'), body.u32('eof')]).toEqual([0, 1])
  })

  test('without room for one entry is too small', async () => {
    const { handle } = await client.mount('/srv/nbtest/k')
    expect((await client.readdir(handle, 0n, 64)).status).toBe(10005)
  })

  test('of version 2 has cookies of 32 bits that go on likewise', async () => {
    for (let index = 0; index < 300; index += 1) writeFileSync(join(folder, 'dev', `${index}`), '')
    const { handle } = await client.mount('/srv/nbtest/dev')
    const names: string[] = []
    for (let cookie = 0, eof = false; !eof;) {
      const at = cookie
      const message = callMessage(100003, 2, 16, (writer) => writer.bytes(handle).u32(at).u32(512))
      const { body } = await rpc(udp, 2049, message)
      expect(body.u32('status')).toBe(0)
      while (body.u32('follows') === 1) {
        body.skip(4, 'fileid')
        names.push(readOpaque(body).toString())
        cookie = body.u32('cookie')
      }
      eof = body.u32('eof') === 1
    }
    expect(names).toHaveLength(302)
    expect(new Set(names).size).toBe(302)
  })
})

describe('an export for reading', () => {
  test.each([
    [2, (handle: Buffer) => [handle, Buffer.alloc(4 * 7)]],
    [7, (handle: Buffer) => [handle, Buffer.alloc(8 + 4 + 4), Buffer.alloc(4)]],
    [
      8,
      (handle: Buffer) => [
        handle,
        Buffer.from('00000001 78000000 00000000'.replaceAll(' ', ''), 'hex'),
        Buffer.alloc(24),
      ],
    ],
    [12, (handle: Buffer) => [handle, Buffer.from('0000000178000000', 'hex')]],
    [21, (handle: Buffer) => [handle, Buffer.alloc(12)]],
  ])('procedure %i answers that it is read-only', async (procedure, parts) => {
    const { handle: root } = await client.mount('/srv/nbtest')
    const body = await client.call(procedure, (writer) => {
      const [handle, ...rest] = parts(root)
      opaque(writer, handle!)
      for (const part of rest) writer.bytes(part)
    })
    expect(body.u32('status')).toBe(30)
    expect(body.u32('pre_op_attr')).toBe(0)
    expect(postOp(body)).toMatchObject({ type: 2 })
    expect(readdirSync(folder).sort()).toEqual(['dev', 'k', 'out', 'sbin'])
  })

  test('ACCESS grants reading to anyone', async () => {
    const { handle: root } = await client.mount('/srv/nbtest')
    const nobody = new Client3(client.transport, 65_534)
    const body = await nobody.call(4, (writer) => opaque(writer, root).u32(0x3f))
    expect(body.u32('status')).toBe(0)
    postOp(body)
    expect(body.u32('access')).toBe(3)
  })
})

describe('what real clients sent is answered as they need it', () => {
  test("the OSKit's NetBoot: one xid for five calls, fixed offsets, reads beyond the end", async () => {
    const small = randomBytes(5000)
    writeFileSync(join(folder, 'k', 'hello'), small)
    await server.close()
    link = new MemoryLink()
    server = await startNfsServer(link, () => undefined, {
      secret,
      exports: [{ path: '/', source: { kind: 'folder', folder } }],
    })
    const replies: Buffer[] = []
    const send = link.attach(CLIENT, (data) => replies.push(data))
    const ask = async (message: Buffer, port: number) => {
      const before = replies.length
      send(message, port)
      while (replies.length === before) await new Promise((resolve) => setTimeout(resolve, 1))
      return replies.at(-1)!
    }
    const sent = oskitNetboot().filter(({ from }) => from === 620)
    const [nfsPort, mountPort, mount, lookup, ...reads] = sent
    const xid = nfsPort!.message.readUInt32BE()
    expect([mountPort, mount, lookup, reads[0]].map((one) => one!.message.readUInt32BE())).toEqual(
      Array(4).fill(xid),
    )
    expect((await ask(nfsPort!.message, 111)).readUInt32BE(24)).toBe(2049)
    expect((await ask(mountPort!.message, 111)).readUInt32BE(24)).toBe(20048)
    const mounted = await ask(mount!.message, 20048)
    expect([mounted.readUInt32BE(24), mounted.length]).toEqual([0, 60])
    // Its look-up and reads carry the handles of the server of the capture: put ours in their place.
    const found = await ask(withHandle(lookup!.message, mounted.subarray(28, 60)), 2049)
    expect([found.readUInt32BE(24), found.length]).toEqual([0, 28 + 32 + 17 * 4])
    const burst = reads.slice(0, 32).map(({ message }) => withHandle(message, found.subarray(28, 60)))
    const before = replies.length
    for (const message of burst) send(message, 2049)
    while (replies.length < before + 32) await new Promise((resolve) => setTimeout(resolve, 1))
    for (const message of burst) {
      const offset = message.readUInt32BE(message.length - 12)
      const reply = replies.slice(before).find((one) => one.readUInt32BE() === message.readUInt32BE())!
      const words = (at: number) => reply.readUInt32BE(24 + 4 * at)
      expect(reply.subarray(12, 20)).toEqual(Buffer.alloc(8))
      expect(words(0)).toBe(0)
      const expected = small.subarray(offset, offset + 1024)
      expect(words(18)).toBe(expected.length)
      expect(reply.subarray(24 + 19 * 4, 24 + 19 * 4 + expected.length).equals(expected)).toBe(true)
    }
  })

  test('Darwin: every call of its root mount, to the look-up of launchd', async () => {
    const transport = overTcp(link, { address: '10.77.0.58', port: 1023 })
    const fromKernel = overUdp(link, { address: '10.77.0.58', port: 1023 })
    const calls = xnuRoot().filter(({ from }) => from === 1023 || from === 49152)
    let root = Buffer.alloc(0)
    let sbin = Buffer.alloc(0)
    const statuses: number[] = []
    for (const { message, to } of calls) {
      if (to === 111) {
        const reply = await fromKernel.call(111, message)
        expect([2049, 20048]).toContain(reply.readUInt32BE(24))
        continue
      }
      if (to !== 2049) {
        const { body, status } = parseReply(await transport.call(PORTS.mount, message))
        expect([status, body.u32('status')]).toEqual([0, 0])
        root = readOpaque(body)
        const flavors = Array.from({ length: body.u32('flavors') }, () => body.u32('flavor'))
        expect(flavors).toContain(1)
        continue
      }
      const procedure = message.readUInt32BE(20)
      const isLast = message.includes('launchd')
      const isSbin = procedure === 4 && sbin.length > 0
      const ours = procedure === 0 ? message : withHandle3(message, isLast || isSbin ? sbin : root)
      const { body, status } = parseReply(await transport.call(2049, ours))
      expect(status).toBe(0)
      if (procedure === 0) continue
      statuses.push(body.u32('status'))
      if (procedure === 3 && message.includes('sbin')) sbin = readOpaque(body)
      if (procedure === 4) {
        postOp(body)
        expect(body.u32('access') & 3).toBe(3)
      }
    }
    expect(statuses).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
  })
})

/** A call of version 2 whose handle, the 32 bytes after its credential, is another. */
function withHandle(message: Buffer, handle: Buffer): Buffer {
  const at = 24 + 8 + message.readUInt32BE(28) + 8
  const changed = Buffer.from(message)
  handle.copy(changed, at)
  return changed
}

/** A call of version 3 whose handle is another, of another length. */
function withHandle3(message: Buffer, handle: Buffer): Buffer {
  const at = 24 + 8 + message.readUInt32BE(28) + 8
  const reader = new Reader(message.subarray(at))
  readOpaque(reader)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(handle.length)
  return Buffer.concat([message.subarray(0, at), length, handle, reader.rest()])
}

test('credentials of anyone may read', async () => {
  const message = callMessage(100005, 3, 1, (writer) => text(writer, '/boot'), {
    credential: credentialOf(1000, 1000),
  })
  expect((await rpc(udp, PORTS.mount, message)).body.u32('status')).toBe(0)
})
