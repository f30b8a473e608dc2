import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Lease } from '../../../electron/link/interfaces/leases.ts'
import { readLinuxInterfaces } from '../../../electron/link/interfaces/linux.ts'

describe('the interfaces of Linux', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bootwire-sysfs-'))
    mkdirSync(join(root, 'net'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  /** Lays out an interface as sysfs does; names that end in `/` are folders. */
  function device(name: string, attributes: Record<string, string>): void {
    const folder = join(root, 'net', name)
    mkdirSync(folder)
    const all = { type: '1', operstate: 'up', address: '52:54:00:12:34:56', mtu: '1500', ...attributes }
    for (const [file, text] of Object.entries(all))
      if (file.endsWith('/')) mkdirSync(join(folder, file))
      else writeFileSync(join(folder, file), `${text}\n`)
  }

  async function read(
    routes = '',
    addresses = new Map<string, { address: string; prefixLength: number; expires?: boolean }[]>(),
    leases = new Map<string, Lease[]>(),
  ) {
    writeFileSync(join(root, 'route'), routes)
    const found = await readLinuxInterfaces({
      devices: join(root, 'net'),
      routes: join(root, 'route'),
      addresses: () => Promise.resolve(addresses),
      leases: () => Promise.resolve(leases),
    })
    return new Map(found.map((facts) => [facts.name, facts]))
  }

  it('tells a card, a USB adapter and Wi-Fi from adapters that are made of software', async () => {
    device('enp3s0', { 'device/': '', speed: '1000' })
    device('enx0050b6123456', { 'device/': '', uevent: 'INTERFACE=enx0050b6123456' })
    device('wlp2s0', { 'device/': '', 'wireless/': '', 'phy80211/': '' })
    device('docker0', { 'bridge/': '' })
    device('vmnet8', { operstate: 'unknown' })
    device('wwan0', { 'device/': '', uevent: 'DEVTYPE=wwan' })
    device('tun0', { type: '65534' })
    device('lo', { type: '772', operstate: 'unknown' })
    const kinds = [...(await read())].map(([name, { kind }]) => [name, kind])
    expect(Object.fromEntries(kinds)).toEqual({
      enp3s0: 'wired',
      enx0050b6123456: 'wired',
      wlp2s0: 'wifi',
      docker0: 'virtual',
      vmnet8: 'virtual',
      wwan0: 'other',
      tun0: 'other',
      lo: 'loopback',
    })
  })

  it('tells the speed of a live link, and none that the driver does not know', async () => {
    device('live', { 'device/': '', speed: '2500', mtu: '9000' })
    device('dead', { 'device/': '', speed: '-1', operstate: 'down' })
    device('stale', { 'device/': '', speed: '100', operstate: 'lowerlayerdown' })
    device('mute', { 'device/': '', operstate: 'unknown' })
    const found = await read()
    expect(found.get('live')).toMatchObject({ link: 'up', speed: 2500, mtu: 9000 })
    expect(found.get('dead')).toMatchObject({ link: 'down' })
    for (const name of ['dead', 'stale', 'mute']) expect(found.get(name)).not.toHaveProperty('speed')
    expect(found.get('mute')?.link).toBe('unknown')
  })

  it('knows which one carries the default route', async () => {
    device('eth0', { 'device/': '' })
    device('eth1', { 'device/': '' })
    const columns = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT'
    const found = await read(
      [
        columns,
        'eth1\t00000000\t0158580A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
        'eth0\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      ].join('\n'),
    )
    expect(found.get('eth1')?.isDefaultRoute).toBe(true)
    expect(found.get('eth0')?.isDefaultRoute).toBe(false)
  })

  it('gives each its own addresses', async () => {
    device('eth0', {})
    device('eth1', {})
    const address = { address: '10.77.0.1', prefixLength: 24 }
    const found = await read('', new Map([['eth0', [address]]]))
    expect(found.get('eth0')?.addresses).toEqual([address])
    expect(found.get('eth1')?.addresses).toEqual([])
  })

  it('knows by a lease, or by an address that expires, that a DHCP server answers there', async () => {
    for (const name of ['office', 'mute', 'cable', 'moved']) device(name, { 'device/': '' })
    const at = (address: string, expires = false) => [{ address, prefixLength: 24, expires }]
    const found = await read(
      '',
      new Map([
        ['office', at('192.168.1.20', true)],
        ['mute', at('172.16.0.9', true)],
        ['cable', at('10.77.0.1')],
        ['moved', at('10.1.1.1')],
      ]),
      new Map([
        ['office', [{ address: '192.168.1.20', server: '192.168.1.1' }]],
        ['moved', [{ address: '192.168.7.7', server: '192.168.7.1' }]],
      ]),
    )
    expect(found.get('office')?.lease).toEqual({ address: '192.168.1.20', server: '192.168.1.1' })
    expect(found.get('mute')?.lease).toEqual({ address: '172.16.0.9' })
    for (const name of ['cable', 'moved']) expect(found.get(name)).not.toHaveProperty('lease')
    expect(found.get('office')?.addresses).toEqual([{ address: '192.168.1.20', prefixLength: 24 }])
  })
})
