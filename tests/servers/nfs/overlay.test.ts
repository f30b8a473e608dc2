import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNfsServer, type NfsServer } from '../../../electron/servers/nfs/server.ts'
import {
  callMessage,
  CLIENT,
  Client3,
  credentialOf,
  opaque,
  overTcp,
  overUdp,
  postOp,
  text,
} from './client.ts'
import { MemoryLink } from './memory-link.ts'

let folder: string
let changes: string
let link: MemoryLink
let server: NfsServer
let client: Client3
let root: Buffer
const secret = randomBytes(32)
const content = randomBytes(300_000)

class TwoMachines extends MemoryLink {
  addressOf(address: string): string {
    return address === CLIENT.address ? '52:54:00:12:34:56' : '52:54:00:00:00:02'
  }
  override hardwareAddressOf(address?: string): Promise<string> {
    return Promise.resolve(this.addressOf(address ?? ''))
  }
}

const start = async (keep = true) => {
  link = new TwoMachines()
  server = await startNfsServer(link, () => undefined, {
    secret,
    exports: [{ path: '/', source: { kind: 'folder', folder }, overlay: { folder: changes, keep } }],
  })
  client = new Client3(overTcp(link))
  root = (await client.mount('/')).handle
}

const exported = () =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).size} ${statSync(join(folder, name)).mtimeMs}`)
let before: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-base-'))
  // Everyone may make files in it.
  chmodSync(folder, 0o777)
  changes = join(mkdtempSync(join(tmpdir(), 'bootwire-changes-')), 'overlay')
  mkdirSync(join(folder, 'etc'))
  writeFileSync(join(folder, 'etc', 'hosts'), 'localhost')
  writeFileSync(join(folder, 'mach_kernel'), content)
  symlinkSync('mach_kernel', join(folder, 'mach'))
  before = exported()
  await start()
})

afterEach(async () => {
  expect(exported()).toEqual(before)
  await server.close()
  rmSync(folder, { recursive: true })
  rmSync(join(changes, '..'), { recursive: true })
})

const find = async (...path: string[]) => {
  let handle = root
  for (const name of path) {
    const found = await client.lookup(handle, name)
    if (found.status !== 0) throw new Error(`LOOKUP ${name}: ${found.status}`)
    handle = found.handle
  }
  return handle
}

describe('writing', () => {
  test('to a file of the export changes a copy under the same handle', async () => {
    const kernel = await find('mach_kernel')
    const { attributes } = await client.getattr(kernel)
    const { status, count, committed, wcc } = await client.write(kernel, 100, 'patched')
    expect({ status, count, committed }).toEqual({ status: 0, count: 7, committed: 2 })
    expect(wcc.before?.size).toBe(content.length)
    expect(wcc.after).toMatchObject({ size: content.length, fileid: attributes?.fileid })
    expect(wcc.after!.modified).toBeGreaterThanOrEqual(wcc.before!.modified)
    const expected = Buffer.from(content)
    expected.write('patched', 100)
    expect((await client.readAll(kernel)).equals(expected)).toBe(true)
    expect(await find('mach_kernel')).toEqual(kernel)
  })

  test('beyond the end makes it longer, with zeros between', async () => {
    const hosts = await find('etc', 'hosts')
    await client.write(hosts, 12, 'x')
    expect((await client.readAll(hosts)).toString()).toBe('localhost\0\0\0x')
  })

  test('unstably is told as such, and COMMIT has the same verifier', async () => {
    const hosts = await find('etc', 'hosts')
    const { committed, verifier } = await client.write(hosts, 0, 'L', 0)
    expect(committed).toBe(0)
    const body = await client.call(21, (writer) => opaque(writer, hosts).u64(0n).u32(0))
    expect(body.u32('status')).toBe(0)
    expect(body.rest().subarray(-8).toString('hex')).toBe(verifier)
  })

  test('at once from all sides loses nothing', async () => {
    const { handle } = await client.create(root, 'log')
    await Promise.all(
      Array.from({ length: 32 }, (_, index) => client.write(handle, index * 4, `${index}`.padEnd(4))),
    )
    const expected = Array.from({ length: 32 }, (_, index) => `${index}`.padEnd(4)).join('')
    expect((await client.readAll(handle)).toString()).toBe(expected)
  })

  test('to a directory or a symbolic link is refused', async () => {
    expect((await client.write(await find('etc'), 0, 'x')).status).toBe(22)
    expect((await client.write(await find('mach'), 0, 'x')).status).toBe(22)
    expect((await client.setattr(await find('etc'), { size: 0 })).status).toBe(21)
  })
})

describe('attributes', () => {
  test('change without the content being copied', async () => {
    const kernel = await find('mach_kernel')
    expect((await client.setattr(kernel, { mode: 0o4755 })).wcc.after).toMatchObject({ mode: 0o4755 })
    expect((await client.readAll(kernel)).equals(content)).toBe(true)
    expect(readdirSync(join(changes, '52-54-00-12-34-56', 'contents'))).toEqual([])
  })

  test('a file is cut and made longer by its size', async () => {
    const hosts = await find('etc', 'hosts')
    await client.setattr(hosts, { size: 5 })
    expect((await client.readAll(hosts)).toString()).toBe('local')
    await client.setattr(hosts, { size: 7 })
    expect((await client.readAll(hosts)).toString()).toBe('local\0\0')
  })

  test('a guard that does not fit keeps the file as it is', async () => {
    const hosts = await find('etc', 'hosts')
    expect((await client.setattr(hosts, { size: 0 }, 1)).status).toBe(10002)
    expect((await client.readAll(hosts)).toString()).toBe('localhost')
  })
})

describe('names', () => {
  test('a file is made, belongs to its maker, and is there after a restart under the same handle', async () => {
    const user = new Client3(client.transport, 501)
    const made = await user.create(root, 'new')
    expect(made.attributes).toMatchObject({ type: 1, uid: 501, size: 0 })
    await client.write(made.handle, 0, 'kept')
    await server.close()
    await start()
    expect(await find('new')).toEqual(made.handle)
    expect((await client.readAll(made.handle)).toString()).toBe('kept')
  })

  test('a directory tells with each change what it was and is', async () => {
    const { wcc } = await client.create(root, 'new')
    expect(wcc.after!.modified).toBeGreaterThan(wcc.before!.modified)
    const removed = await client.remove(root, 'new')
    expect(removed.wcc.before!.changed).toBe(wcc.after!.changed)
    expect(await client.names(root)).not.toContain('new')
  })

  test('guarded creation fails where exclusive creation that is repeated does not', async () => {
    const verifier = randomBytes(8)
    const made = await client.create(root, 'lock', verifier)
    expect((await client.create(root, 'lock', verifier)).handle).toEqual(made.handle)
    expect((await client.create(root, 'lock', randomBytes(8))).status).toBe(17)
    expect((await client.create(root, 'lock', 1)).status).toBe(17)
    expect((await client.create(root, 'lock', 0)).handle).toEqual(made.handle)
  })

  test('a repeated call over UDP is carried out once', async () => {
    const transport = overUdp(link, { address: CLIENT.address, port: 700 })
    const remove = callMessage(100003, 3, 12, (writer) => text(opaque(writer, root), 'mach'))
    const first = await transport.call(2049, remove)
    const second = await transport.call(2049, remove)
    expect(second.equals(first)).toBe(true)
    expect(second.readUInt32BE(24)).toBe(0)
  })

  test('a name of the export is removed, stays so, and can be made anew', async () => {
    const hosts = await find('etc', 'hosts')
    const etc = await find('etc')
    expect((await client.remove(etc, 'hosts')).status).toBe(0)
    expect((await client.lookup(etc, 'hosts')).status).toBe(2)
    expect((await client.getattr(hosts)).status).toBe(70)
    await server.close()
    await start()
    expect(await client.names(etc)).toEqual(['.', '..'])
    const { handle } = await client.create(etc, 'hosts')
    expect(handle).not.toEqual(hosts)
    expect((await client.readAll(handle)).toString()).toBe('')
    await client.remove(etc, 'hosts')
    expect((await client.lookup(etc, 'hosts')).status).toBe(2)
  })

  test('a directory goes when it is empty, and not before', async () => {
    expect((await client.rmdir(root, 'etc')).status).toBe(66)
    await client.remove(await find('etc'), 'hosts')
    expect((await client.rmdir(root, 'etc')).status).toBe(0)
    expect(await client.names(root)).not.toContain('etc')
    expect((await client.rmdir(root, 'mach_kernel')).status).toBe(20)
  })

  test('a directory of the export moves with all that is in it', async () => {
    const etc = await find('etc')
    const { handle: sub } = await client.mkdir(root, 'private')
    const { status, from, to } = await client.rename(root, 'etc', sub, 'etc')
    expect(status).toBe(0)
    expect(from.after!.modified).toBeGreaterThan(from.before!.modified)
    expect(to.after).toBeDefined()
    expect(await find('private', 'etc')).toEqual(etc)
    expect((await client.lookup(etc, '..')).handle).toEqual(sub)
    expect((await client.readAll(await find('private', 'etc', 'hosts'))).toString()).toBe('localhost')
    expect((await client.lookup(root, 'etc')).status).toBe(2)
  })

  test('a directory cannot be moved into itself', async () => {
    const etc = await find('etc')
    const { handle: deep } = await client.mkdir(etc, 'deep')
    expect((await client.rename(root, 'etc', deep, 'x')).status).toBe(22)
  })

  test('a file is replaced by another as one step', async () => {
    const { handle } = await client.create(root, 'kernel.new')
    await client.write(handle, 0, 'better')
    const old = await find('mach_kernel')
    expect((await client.rename(root, 'kernel.new', root, 'mach_kernel')).status).toBe(0)
    expect(await find('mach_kernel')).toEqual(handle)
    expect((await client.getattr(old)).status).toBe(70)
    expect((await client.rename(root, 'mach_kernel', root, 'etc')).status).toBe(21)
  })

  test('a second name keeps the file when the first one goes', async () => {
    const hosts = await find('etc', 'hosts')
    expect(await client.link(hosts, root, 'hosts2')).toBe(0)
    expect((await client.getattr(hosts)).attributes?.links).toBe(2)
    await client.remove(await find('etc'), 'hosts')
    expect(await find('hosts2')).toEqual(hosts)
    await client.write(hosts, 0, 'L')
    expect((await client.readAll(hosts)).toString()).toBe('Localhost')
    expect(await client.link(await find('etc'), root, 'x')).toBe(21)
  })

  test('links and devices are what the client made them, without any right on this computer', async () => {
    const { handle } = await client.symlink(root, 'up', '../../outside')
    const body = await client.call(5, (writer) => opaque(writer, handle))
    expect(body.u32('status')).toBe(0)
    postOp(body)
    expect(body.rest().subarray(4, 17).toString()).toBe('../../outside')
    const console = await client.mknod(await find('etc'), 'console', 0, 7)
    expect(console.attributes).toMatchObject({ type: 4 })
  })

  test.each([
    ['', 22],
    ['.', 22],
    ['..', 17],
    ['a/b', 22],
    ['a\0', 22],
    ['x'.repeat(256), 63],
    ['\uFFFD', 22],
  ])('%j cannot be made', async (name, status) => {
    expect((await client.create(root, name)).status).toBe(status)
    expect((await client.mkdir(root, name)).status).toBe(status)
    expect((await client.rename(root, 'mach', root, name)).status).toBe(status)
  })

  test('a name of 255 bytes can', async () => {
    expect((await client.create(root, 'x'.repeat(255))).status).toBe(0)
  })
})

test('version 2 writes as well', async () => {
  const transport = overUdp(link, { address: CLIENT.address, port: 701 })
  const create = callMessage(100003, 2, 9, (writer) => {
    text(writer.bytes(root), 'v2')
    writer.u32(0o644).u32(0xffffffff).u32(0xffffffff).u32(0).u32(0xffffffff).u32(0).u32(0xffffffff).u32(0)
  })
  const made = await transport.call(2049, create)
  expect(made.readUInt32BE(24)).toBe(0)
  const write = callMessage(100003, 2, 8, (writer) =>
    opaque(writer.bytes(made.subarray(28, 60)).u32(0).u32(3).u32(0), Buffer.from('two')),
  )
  const written = await transport.call(2049, write)
  expect([written.readUInt32BE(24), written.readUInt32BE(24 + 4 + 5 * 4)]).toEqual([0, 6])
  expect((await client.readAll(await find('v2'))).toString()).toBe('\0\0\0two')
})

test('ACCESS goes by the mode for everyone but root', async () => {
  const { handle } = await client.create(root, 'private')
  await client.setattr(handle, { mode: 0o600 })
  const rights = async (uid: number) => {
    const body = await new Client3(client.transport, uid).call(4, (writer) =>
      opaque(writer, handle).u32(0x3f),
    )
    body.skip(4 + 4 + 84, 'status and attributes')
    return body.u32('access')
  }
  expect([await rights(0), await rights(501)]).toEqual([1 | 4 | 8, 0])
})

describe('the changes of a client', () => {
  test("are not another client's", async () => {
    const { handle } = await client.create(root, 'mine')
    const other = new Client3(overTcp(link, { address: '10.77.0.51', port: 800 }))
    expect((await other.mount('/')).handle).toEqual(root)
    expect(await other.names(root)).not.toContain('mine')
    expect((await other.getattr(handle)).status).toBe(70)
  })

  test('go with the session unless they are to be kept', async () => {
    await client.create(root, 'mine')
    await server.close()
    expect(existsSync(changes)).toBe(true)
    await start(false)
    expect((await client.lookup(root, 'mine')).status).toBe(2)
    await client.create(root, 'mine')
    await server.close()
    expect(existsSync(changes)).toBe(false)
    await start()
  })

  test('hold but for the last one when the computer was turned off while it was written', async () => {
    await client.create(root, 'whole')
    await server.close()
    const journal = join(changes, '52-54-00-12-34-56', 'journal')
    appendFileSync(journal, '{"put":{"key":"01')
    await start()
    expect(await client.names(root)).toContain('whole')
    expect(readFileSync(journal, 'utf8').endsWith('}\n')).toBe(true)
    expect((await client.create(root, 'after')).status).toBe(0)
  })
})

test('AUTH_SYS of a user makes files of that user', async () => {
  expect(credentialOf(501)).toHaveLength(24)
  const { attributes } = await new Client3(client.transport, 501).mkdir(root, 'home')
  expect(attributes).toMatchObject({ uid: 501, type: 2, mode: 0o755 })
})
