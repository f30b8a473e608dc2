import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNfsServer, type NfsServer } from '../../../electron/servers/nfs/server.ts'
import { Client3, opaque, overTcp, overUdp } from './client.ts'
import { Client2 } from './client2.ts'
import { MemoryLink } from './memory-link.ts'

const [OK, PERM, ACCES] = [0, 1, 13]
const ACCESS = { READ: 1, LOOKUP: 2, MODIFY: 4, EXTEND: 8, DELETE: 16, EXECUTE: 32 }

let folder: string
let changes: string
let link: MemoryLink
let server: NfsServer
let root: Client3
let user: Client3
let stranger: Client3

const start = async (isWritable: boolean) => {
  link = new MemoryLink()
  const overlay = isWritable ? { overlay: { folder: changes, keep: false } } : {}
  server = await startNfsServer(link, () => undefined, {
    secret: randomBytes(32),
    exports: [{ path: '/', source: { kind: 'folder', folder }, ...overlay }],
  })
  const transport = overTcp(link)
  root = new Client3(transport)
  user = new Client3(transport, 501)
  stranger = new Client3(transport, 502)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-base-'))
  changes = join(mkdtempSync(join(tmpdir(), 'bootwire-changes-')), 'overlay')
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'secret'), { mode: 0o700 })
  writeFileSync(join(folder, 'secret', 'key'), 'private')
  chmodSync(join(folder, 'secret', 'key'), 0o600)
})

afterEach(async () => {
  await server.close()
  for (const each of [folder, join(changes, '..')]) rmSync(each, { recursive: true })
})

const rightsOf = async (client: Client3, handle: Buffer) => {
  const body = await client.call(4, (writer) => opaque(writer, handle).u32(0x3f))
  body.skip(4 + 4 + 84, 'status and attributes')
  return body.u32('access')
}

test('an export for reading is for everyone to read, whatever its modes say', async () => {
  await start(false)
  const { handle } = await root.mount('/')
  for (const client of [root, user]) {
    const secret = await client.lookup(handle, 'secret')
    expect(await client.names(secret.handle)).toContain('key')
    const key = await client.lookup(secret.handle, 'key')
    expect(await rightsOf(client, key.handle)).toBe(ACCESS.READ)
    expect((await client.readAll(key.handle)).toString()).toBe('private')
  }
})

describe('on an export that can be written to', () => {
  let top: Buffer
  beforeEach(async () => {
    await start(true)
    top = (await root.mount('/')).handle
  })

  test('root may do everything, with files of the export and of others', async () => {
    const secret = await root.lookup(top, 'secret')
    const key = await root.lookup(secret.handle, 'key')
    expect((await root.readAll(key.handle)).toString()).toBe('private')
    expect((await root.write(key.handle, 0, 'x')).status).toBe(OK)
    expect((await root.setattr(key.handle, { mode: 0 })).status).toBe(OK)
    expect((await root.read(key.handle, 0, 10)).status).toBe(OK)
  })

  test('a user gets what ACCESS tells, and nothing else', async () => {
    const { handle: secret } = await root.lookup(top, 'secret')
    const { handle: key } = await root.lookup(secret, 'key')
    expect([await rightsOf(user, secret), await rightsOf(user, key)]).toEqual([0, 0])
    expect((await user.lookup(secret, 'key')).status).toBe(ACCES)
    expect((await user.readdir(secret, 0n, 4096)).status).toBe(ACCES)
    expect((await user.read(key, 0, 10)).status).toBe(ACCES)
    expect((await user.write(key, 0, 'x')).status).toBe(ACCES)
    expect((await user.setattr(key, { size: 0 })).status).toBe(ACCES)
    expect((await user.setattr(key, { mode: 0o777 })).status).toBe(PERM)
    expect((await user.create(top, 'mine')).status).toBe(ACCES)
    expect((await user.mkdir(top, 'mine')).status).toBe(ACCES)
    expect((await user.symlink(top, 'mine', 'x')).status).toBe(ACCES)
    expect(await user.link(key, top, 'mine')).toBe(ACCES)
    expect((await user.remove(secret, 'key')).status).toBe(ACCES)
    expect((await user.rmdir(top, 'secret')).status).toBe(ACCES)
    expect((await user.rename(top, 'secret', top, 'mine')).status).toBe(ACCES)
    expect((await root.readAll(key)).toString()).toBe('private')
  })

  test('version 2 is held to the same', async () => {
    const other = new Client2(overUdp(link), 501)
    const { handle } = await other.mount('/')
    const secret = await other.lookup(handle, 'secret')
    expect(secret.status).toBe(OK)
    expect((await other.lookup(secret.handle, 'key')).status).toBe(ACCES)
    expect((await other.create(handle, 'mine')).status).toBe(ACCES)
  })

  test('what is in a directory that may only be read is told, and not let at', async () => {
    const { handle: secret } = await root.lookup(top, 'secret')
    await root.setattr(secret, { mode: 0o744 })
    expect(await user.names(secret)).toContain('key')
    expect((await user.lookup(secret, 'key')).status).toBe(ACCES)
  })

  test('a program that may be run and not read can be read, or it could not be run', async () => {
    const { handle } = await root.create(top, 'init')
    await root.write(handle, 0, 'ELF')
    await root.setattr(handle, { mode: 0o711 })
    expect(await rightsOf(user, handle)).toBe(ACCESS.EXECUTE)
    expect((await user.readAll(handle)).toString()).toBe('ELF')
    expect((await user.write(handle, 0, 'x')).status).toBe(ACCES)
  })

  test('who owns a file reads and writes it, and gives it to nobody', async () => {
    await root.setattr(top, { mode: 0o1777 })
    const { handle } = await user.create(top, 'mine')
    expect((await user.setattr(handle, { mode: 0 })).status).toBe(OK)
    expect((await user.write(handle, 0, 'still')).status).toBe(OK)
    expect((await user.readAll(handle)).toString()).toBe('still')
    expect((await stranger.read(handle, 0, 5)).status).toBe(ACCES)
    const chown = (client: Client3, uid: number) =>
      client.change(2, (writer) =>
        opaque(writer, handle)
          .u32(0)
          .u32(1)
          .u32(uid)
          .zeros(5 * 4),
      )
    expect((await chown(user, 502)).status).toBe(PERM)
    expect((await chown(root, 502)).status).toBe(OK)
    expect((await stranger.readAll(handle)).toString()).toBe('still')
  })

  test('a sticky directory keeps the names of others', async () => {
    await root.setattr(top, { mode: 0o1777 })
    await user.create(top, 'mine')
    await stranger.create(top, 'theirs')
    expect((await stranger.remove(top, 'mine')).status).toBe(PERM)
    expect((await stranger.rename(top, 'theirs', top, 'mine')).from.after).toBeDefined()
    expect((await stranger.rename(top, 'theirs', top, 'mine')).status).toBe(PERM)
    expect((await user.remove(top, 'mine')).status).toBe(OK)
  })

  test('groups count', async () => {
    chownSync(join(folder, 'secret', 'key'), 0, 20)
    chmodSync(join(folder, 'secret', 'key'), 0o640)
    const { handle: secret } = await root.lookup(top, 'secret')
    const { handle: key } = await root.lookup(secret, 'key')
    const member = new Client3(root.transport, 503, 20)
    expect((await member.readAll(key)).toString()).toBe('private')
    expect((await member.write(key, 0, 'x')).status).toBe(ACCES)
    expect((await user.read(key, 0, 7)).status).toBe(ACCES)
  })
})
