import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startNfsServer, type NfsServer } from '../../../electron/servers/nfs/server.ts'
import { Client2 } from './client2.ts'
import { callMessage, Client3, overTcp, overUdp, parseReply, PORTS, type Transport } from './client.ts'
import { MemoryLink } from './memory-link.ts'
import { OskitClient } from './oskit-client.ts'

let folder: string
let link: MemoryLink
let server: NfsServer
const kernel = randomBytes(300_001)
const volume = () => join(folder, 'volume')

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-clients-'))
  mkdirSync(join(folder, 'volume', 'sbin'), { recursive: true })
  writeFileSync(join(folder, 'volume', 'mach_kernel'), kernel)
  writeFileSync(join(folder, 'volume', 'sbin', 'launchd'), 'launchd')
  symlinkSync('private/etc', join(folder, 'volume', 'etc'))
  link = new MemoryLink()
  server = await startNfsServer(link, () => undefined, {
    secret: randomBytes(32),
    exports: [
      { path: '/srv/root', source: { kind: 'folder', folder: volume() } },
      {
        path: '/srv/rw',
        source: { kind: 'folder', folder: volume() },
        overlay: { folder: join(folder, 'overlay'), keep: false },
      },
    ],
  })
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

describe("a client shaped like XNU's root mount", () => {
  const KERNEL = { address: '10.77.0.58', port: 1023 }
  const PROTOCOLS = { tcp: 6, udp: 17 }

  /** It asks the port mapper over UDP, whatever it speaks afterwards. */
  async function port(program: number, version: number, protocol: number): Promise<number> {
    const mapper = overUdp(link, KERNEL)
    const message = callMessage(100000, 2, 3, (writer) =>
      writer.u32(program).u32(version).u32(protocol).u32(0),
    )
    return parseReply(await mapper.call(PORTS.portmap, message)).body.u32('port')
  }

  const transportOf = (name: 'tcp' | 'udp'): Transport =>
    name === 'tcp' ? overTcp(link, KERNEL) : overUdp(link, KERNEL)
  const clientOf = (version: 2 | 3, transport: Transport) =>
    version === 3 ? new Client3(transport) : new Client2(transport)

  // In the order in which the kernel tries them.
  const ways = [
    [3, 'tcp'],
    [3, 'udp'],
    [2, 'tcp'],
    [2, 'udp'],
  ] as const

  test.each(ways)('mounts, walks and reads by version %i over %s', async (version, protocol) => {
    expect(await port(100005, version === 3 ? 3 : 1, PROTOCOLS[protocol])).toBe(PORTS.mount)
    expect(await port(100003, version, PROTOCOLS[protocol])).toBe(PORTS.nfs)
    const client = clientOf(version, transportOf(protocol))
    const { handle: root } = await client.mount('/srv/root')
    expect((await client.getattr(root)).attributes).toMatchObject({ type: 2 })
    const names = await client.names(root)
    expect(names.filter((name) => !name.startsWith('.')).sort()).toEqual(['etc', 'mach_kernel', 'sbin'])
    const { handle: sbin } = await client.lookup(root, 'sbin')
    const { handle: launchd, attributes } = await client.lookup(sbin, 'launchd')
    expect(attributes).toMatchObject({ type: 1, size: 7 })
    expect((await client.readAll(launchd)).toString()).toBe('launchd')
    expect((await client.lookup(root, 'etc')).attributes).toMatchObject({ type: 5 })
    const { handle: file } = await client.lookup(root, 'mach_kernel')
    expect((await client.readAll(file)).equals(kernel)).toBe(true)
    expect((await client.lookup(root, 'none')).status).toBe(2)
  })

  test.each(ways)(
    'writes by version %i over %s, and the folder stays as it is',
    async (version, protocol) => {
      const client = clientOf(version, transportOf(protocol))
      const { handle: root } = await client.mount('/srv/rw')
      const { handle } = await client.create(root, 'swapfile')
      const content = randomBytes(20_000)
      for (let offset = 0; offset < content.length; offset += 8000) {
        const written = await client.write(handle, offset, content.subarray(offset, offset + 8000))
        expect(typeof written === 'number' ? written : written.status).toBe(0)
      }
      const { handle: again } = await client.lookup(root, 'swapfile')
      expect((await client.readAll(again)).equals(content)).toBe(true)
      expect(existsSync(join(volume(), 'swapfile'))).toBe(false)
    },
  )
})

describe("a client shaped like the OSKit's NetBoot", () => {
  test.each([1, 1023, 1024, 32_768, 32_769, 1_000_000, 8 * 1024 * 1024])(
    'reads a kernel of %i bytes whole, with one datagram in twenty lost',
    async (size) => {
      const image = randomBytes(size)
      mkdirSync(join(volume(), 'boot'))
      writeFileSync(join(volume(), 'boot', 'kernel'), image)
      // xorshift32 (Marsaglia 2003): the same losses every time.
      let state = 0x9e3779b9
      link.loses = () => {
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        return (state >>> 0) % 20 === 0
      }
      const loaded = await new OskitClient(link).load('/srv/root/boot', 'kernel')
      expect(loaded.equals(image)).toBe(true)
    },
    60_000,
  )
})
