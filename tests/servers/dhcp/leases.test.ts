import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FileLeaseStore } from '../../../electron/servers/dhcp/lease-store.ts'
import { defaultPool } from '../../../electron/servers/dhcp/pool.ts'
import { FakeLink } from '../fake-link.ts'
import { Harness, MAC, macNumber, request } from './harness.ts'

const HOUR = 3_600_000

describe('the pool of a link', () => {
  it.each([
    ['10.77.0.1', 24, '10.77.0.2', '10.77.0.254'],
    ['10.77.0.254', 24, '10.77.0.1', '10.77.0.253'],
    ['10.77.0.100', 24, '10.77.0.1', '10.77.0.254'],
    ['10.0.0.1', 8, '10.0.0.2', '10.1.0.1'],
    ['10.77.0.1', 30, '10.77.0.2', '10.77.0.2'],
    ['10.77.0.0', 31, '10.77.0.1', '10.77.0.1'],
  ])('of %s/%i is %s to %s', (address, prefixLength, first, last) => {
    expect(defaultPool({ address, prefixLength })).toEqual({ first, last })
  })

  it('of a single address is refused with the way out', () => {
    expect(() => defaultPool({ address: '10.77.0.1', prefixLength: 32 })).toThrow('shorter prefix')
  })

  it('never gives the server’s own address', async () => {
    const harness = await Harness.start({}, new FakeLink('10.77.0.3', 29))
    const given = [1, 2, 3, 4, 5].map((index) => harness.ask(request('DISCOVER', { mac: macNumber(index) })))
    expect(given.map(({ message }) => message.yiaddr)).toEqual([1, 2, 4, 5, 6].map((end) => `10.77.0.${end}`))
    expect(harness.deliver(request('DISCOVER', { mac: macNumber(6) }))).toEqual([])
    expect(harness.told('dhcp-received').at(-1)?.ignored).toBe('every address of the pool is taken')
  })
})

describe('a client', () => {
  it('keeps its address after its lease has expired', async () => {
    let now = 0
    const harness = await Harness.start({ now: () => now })
    const address = harness.obtain(MAC)
    now = 5 * HOUR
    for (let index = 0; index < 20; index += 1) harness.obtain(macNumber(index))
    expect(harness.obtain(MAC)).toBe(address)
  })

  it('that has been away the longest loses its address first', async () => {
    let now = 0
    const harness = await Harness.start({ now: () => now, pool: { first: '10.77.0.10', last: '10.77.0.12' } })
    const [first, second, third] = [1, 2, 3].map((index) => harness.obtain(macNumber(index)))
    now = HOUR / 2
    expect(harness.obtain(macNumber(1))).toBe(first)
    now = HOUR + 1
    expect(harness.obtain(macNumber(4))).toBe(second)
    expect(harness.obtain(macNumber(5))).toBe(third)
    expect(harness.deliver(request('DISCOVER', { mac: macNumber(6) }))).toEqual([])
    now = 2 * HOUR
    expect(harness.obtain(macNumber(6))).toBe(first)
  })

  it('that never answered its offer blocks the address for a minute', async () => {
    let now = 0
    const harness = await Harness.start({ now: () => now, pool: { first: '10.77.0.10', last: '10.77.0.10' } })
    harness.ask(request('DISCOVER'))
    expect(harness.deliver(request('DISCOVER', { mac: macNumber(1) }))).toEqual([])
    now = 60_001
    expect(harness.obtain(macNumber(1))).toBe('10.77.0.10')
  })
})

describe('an address that something else uses', () => {
  it('is found before it is offered, told about and passed over', async () => {
    const link = new FakeLink()
    link.inUse.add('10.77.0.2').add('10.77.0.4')
    const harness = await Harness.start({}, link)
    expect(harness.obtain(macNumber(1))).toBe('10.77.0.3')
    expect(harness.obtain(macNumber(2))).toBe('10.77.0.5')
    expect(harness.told('notice').map(({ text }) => text.split(' ')[0])).toEqual(['10.77.0.2', '10.77.0.4'])
  })

  it('is tried again after ten minutes', async () => {
    let now = 0
    const link = new FakeLink()
    link.inUse.add('10.77.0.10')
    const harness = await Harness.start(
      { now: () => now, pool: { first: '10.77.0.10', last: '10.77.0.10' } },
      link,
    )
    expect(harness.deliver(request('DISCOVER'))).toEqual([])
    link.inUse.clear()
    now = 600_001
    expect(harness.obtain(MAC)).toBe('10.77.0.10')
  })

  it('is not asked about for a client that held it', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(MAC)
    await new Promise(setImmediate)
    const asked = harness.link.asked.length
    harness.link.inUse.add(address)
    expect(harness.obtain(MAC)).toBe(address)
    expect(harness.link.asked).toHaveLength(asked)
  })

  it('keeps nobody waiting: a crowd is served although checks take their time', async () => {
    const link = new FakeLink('10.77.0.1', 16)
    let pending = 0
    let most = 0
    link.isInUse = async () => {
      most = Math.max(most, (pending += 1))
      await new Promise((resolve) => setTimeout(resolve, 20))
      pending -= 1
      return false
    }
    const harness = await Harness.start({}, link)
    const given = new Set(Array.from({ length: 500 }, (_, index) => harness.obtain(macNumber(index))))
    expect(given.size).toBe(500)
    expect(most).toBeLessThanOrEqual(4)
  })
})

describe('leases on disk', () => {
  async function path(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'bootwire-leases-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return join(folder, 'state', 'leases.json')
  }

  it('outlive the session: each client gets its address again', async () => {
    const file = await path()
    const notices: string[] = []
    const store = () => new FileLeaseStore(file, (text) => notices.push(text))
    const before = await Harness.start({ leaseStore: store() })
    const addresses = [1, 2, 3].map((index) => before.obtain(macNumber(index)))
    await before.server.close()
    const after = await Harness.start({ leaseStore: store() })
    expect(after.obtain(macNumber(9))).not.toBeOneOf(addresses)
    expect([3, 2, 1].map((index) => after.obtain(macNumber(index)))).toEqual(addresses.toReversed())
    expect(notices).toEqual([])
  })

  it('are written once for many changes, and not while clients wait', async () => {
    let saves = 0
    const leaseStore = { load: async () => [], save: async () => void (saves += 1) }
    const harness = await Harness.start({ leaseStore }, new FakeLink('10.77.0.1', 16))
    for (let index = 0; index < 300; index += 1) harness.obtain(macNumber(index))
    expect(saves).toBe(0)
    await harness.server.close()
    expect(saves).toBe(1)
  })

  it.each(['', '{"version":1,"leases":[{"mac":1}]}', '\0\0\0', '{"version":2}'])(
    'that are damaged (%j) are moved aside, told about, and no reason to stop',
    async (content) => {
      const file = await path()
      const notices: string[] = []
      const store = new FileLeaseStore(file, (text) => notices.push(text))
      await store.save([])
      await writeFile(file, content)
      const harness = await Harness.start({ leaseStore: store })
      expect(harness.obtain(MAC)).toBe('10.77.0.2')
      expect(await readFile(`${file}.damaged`, 'utf8')).toBe(content)
      expect(notices).toEqual([expect.stringContaining('is damaged')])
    },
  )

  it('of another network are left out', async () => {
    const leaseStore = {
      load: async () => [{ mac: MAC, address: '192.168.1.5', expires: Date.now() + HOUR }],
      save: async () => undefined,
    }
    const harness = await Harness.start({ leaseStore })
    expect(harness.obtain(MAC)).toBe('10.77.0.2')
  })

  it('that cannot be written are told about, and targets are served all the same', async () => {
    const leaseStore = { load: async () => [], save: () => Promise.reject(new Error('disk full')) }
    const harness = await Harness.start({ leaseStore })
    harness.obtain(MAC)
    await harness.server.close()
    expect(harness.told('notice')[0]?.text).toContain('disk full')
  })

  it('leave no temporary file behind', async () => {
    const file = await path()
    const store = new FileLeaseStore(file, () => undefined)
    await store.save([{ mac: MAC, address: '10.77.0.2', expires: 1 }])
    expect(await readdir(join(file, '..'))).toEqual(['leases.json'])
  })
})
