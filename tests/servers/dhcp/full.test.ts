import { describe, expect, it } from 'vitest'
import { type Options } from '../../../electron/protocols/dhcp/options.ts'
import { clientArchitecture } from '../../../electron/protocols/dhcp/options/client-architecture.ts'
import { parameterRequestList } from '../../../electron/protocols/dhcp/options/parameter-request-list.ts'
import * as standard from '../../../electron/protocols/dhcp/options/standard.ts'
import { FakeLink } from '../fake-link.ts'
import { realMessage } from '../../protocols/dhcp/fixtures.ts'
import { Harness, MAC, macNumber, request, select } from './harness.ts'

const BROADCAST = { address: '255.255.255.255', port: 68 }
const wants = (address: string) => (options: Options) => options.set(standard.requestedAddress, address)

describe('a PXE ROM', () => {
  it('is offered an address, and its boot file where it reads it', async () => {
    const harness = await Harness.start()
    const offer = harness.ask(realMessage('ipxe-discover'))
    expect(offer.type).toBe('OFFER')
    expect(offer.to).toEqual(BROADCAST)
    expect(offer.message).toMatchObject({
      op: 'reply',
      xid: 0x64e99f7d,
      yiaddr: '10.77.0.2',
      siaddr: '10.77.0.1',
      file: 'pxelinux.0',
    })
  })

  it('finds the options in the order in which firmware needs them', async () => {
    const boot = { file: 'boot', rootPath: '10.77.0.1:/root', configurationFile: 'boot.cfg' }
    const harness = await Harness.start({ bootAnswer: () => boot })
    const { message } = harness.ask(realMessage('ipxe-discover'))
    expect([...message.options].map(([code]) => code)).toEqual([
      53, 54, 51, 1, 3, 209, 17, 12, 66, 67, 175, 61, 97,
    ])
    expect(message.options.get(standard.configurationFile)).toBe('boot.cfg')
    expect(message.options.get(standard.rootPath)).toBe('10.77.0.1:/root')
    expect(message.options.get(standard.subnetMask)).toBe('255.255.255.0')
    expect(message.options.raw(61)).toEqual(Buffer.from('01525400123456', 'hex'))
    expect(message.options.raw(97)).toHaveLength(17)
  })

  it('of iPXE is told not to wait for a ProxyDHCP server, and others are told nothing of the kind', async () => {
    const harness = await Harness.start()
    const toIpxe = harness.ask(realMessage('ipxe-discover')).message.options.raw(175)
    expect(toIpxe).toEqual(Buffer.from('b00101', 'hex'))
    expect(harness.ask(request('DISCOVER', { mac: MAC })).message.options.raw(175)).toBeUndefined()
  })

  it('gets the address that it was offered', async () => {
    const harness = await Harness.start()
    const offered = harness.ask(realMessage('ipxe-discover')).message.yiaddr
    const ack = harness.ask(select(MAC, offered))
    expect([ack.type, ack.message.yiaddr, ack.message.file]).toEqual(['ACK', offered, 'pxelinux.0'])
  })

  it('is told about in the order in which things happened', async () => {
    const harness = await Harness.start()
    harness.ask(realMessage('ipxe-discover'))
    expect(harness.events).toEqual([
      {
        type: 'dhcp-received',
        client: MAC,
        message: 'DISCOVER',
        firmware: 'bios',
        vendorClass: 'PXEClient:Arch:00000:UNDI:002001',
      },
      {
        type: 'dhcp-sent',
        client: MAC,
        message: 'OFFER',
        address: '10.77.0.2',
        bootFile: 'pxelinux.0',
        proxy: false,
      },
    ])
  })

  it('with UEFI gets an address without a boot file, and the reason is told once a minute', async () => {
    let now = 0
    const harness = await Harness.start({
      bootAnswer: () => 'this chain needs legacy BIOS boot (CSM)',
      now: () => now,
    })
    const discover = request('DISCOVER', {
      with: (options) =>
        options.set(clientArchitecture, [7]).set(standard.vendorClass, 'PXEClient:Arch:00007'),
    })
    expect(harness.ask(discover).message).toMatchObject({ yiaddr: '10.77.0.2', file: '' })
    harness.ask(discover)
    expect(harness.told('firmware-unsupported')).toEqual([
      {
        type: 'firmware-unsupported',
        client: MAC,
        firmware: 'uefi',
        architecture: 'x64 UEFI',
        text: 'this chain needs legacy BIOS boot (CSM)',
      },
    ])
    now = 60_000
    harness.ask(discover)
    expect(harness.told('firmware-unsupported')).toHaveLength(2)
  })

  it('is known by option 60 when it leaves option 93 out', async () => {
    const harness = await Harness.start()
    harness.ask(
      request('DISCOVER', { with: (o) => o.set(standard.vendorClass, 'PXEClient:Arch:00009:UNDI:003016') }),
    )
    expect(harness.told('dhcp-received')[0]?.firmware).toBe('uefi')
  })
})

describe('the root path', () => {
  it('is sent to a kernel that asks for mask and router alone', async () => {
    const harness = await Harness.start({ bootAnswer: () => ({ file: '', rootPath: '10.77.0.1:/root' }) })
    const { message } = harness.ask(realMessage('xnu-discover'))
    expect(message.options.get(standard.rootPath)).toBe('10.77.0.1:/root')
    expect([...message.options].map(([code]) => code)).toEqual([53, 54, 51, 1, 3, 17, 61])
  })
})

describe('a client that takes short messages only', () => {
  it('gets no more than 548 bytes, and a long root path in sname', async () => {
    const rootPath = `nfs:10.77.0.1:/${'x'.repeat(230)}`
    const harness = await Harness.start({ bootAnswer: () => ({ file: 'boot', rootPath }) })
    const { bytes, message } = harness.ask(
      request('DISCOVER', { with: (o) => o.set(parameterRequestList, [1, 3, 12, 28, 58, 59, 66, 67]) }),
    )
    expect(bytes.length).toBeLessThanOrEqual(548)
    expect(message.file).toBe('boot')
    expect(message.options.get(standard.rootPath)).toBe(rootPath)
    expect(message.options.get(standard.bootFileName)).toBe('boot')
  })
})

describe('where answers go', () => {
  it('to the address of a client that renews', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(MAC)
    const ack = harness.ask(request('REQUEST', { ciaddr: address }), { address, port: 68 })
    expect([ack.type, ack.to]).toEqual(['ACK', { address, port: 68 }])
    expect(ack.message).toMatchObject({ ciaddr: address, yiaddr: address })
  })

  it('to the relay agent when it is on this link, with its option 82 as the last', async () => {
    const harness = await Harness.start()
    const discover = request('DISCOVER', {
      giaddr: '10.77.0.200',
      with: (o) => o.setRaw(82, Buffer.of(1, 1, 7)).setRaw(61, Buffer.of(0, 1)),
    })
    const offer = harness.ask(discover, { address: '10.77.0.200', port: 67 })
    expect(offer.to).toEqual({ address: '10.77.0.200', port: 67 })
    expect([...offer.message.options].at(-1)).toEqual([82, Buffer.of(1, 1, 7)])
  })

  it.each([
    ['a relay agent elsewhere', { giaddr: '10.99.0.1' }, { address: '10.77.0.200', port: 67 }],
    ['an address elsewhere', {}, { address: '192.168.1.9', port: 68 }],
  ])('nowhere for %s', async (_who, fields, from) => {
    const harness = await Harness.start()
    expect(harness.deliver(request('DISCOVER', fields), from)).toEqual([])
    expect(harness.told('dhcp-received')[0]?.ignored).toContain('not on this link')
  })
})

describe('a REQUEST', () => {
  it('for an address of another network gets a NAK for everybody to hear', async () => {
    const harness = await Harness.start()
    const nak = harness.ask(request('REQUEST', { with: wants('192.168.1.50') }))
    expect([nak.type, nak.to, nak.message.yiaddr]).toEqual(['NAK', BROADCAST, '0.0.0.0'])
    expect(nak.message.options.get(standard.messageText)).toContain('192.168.1.50')
  })

  it('for an address of somebody else gets a NAK', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(macNumber(1))
    expect(harness.ask(select(MAC, address)).type).toBe('NAK')
  })

  it('of a client that wakes up with its address is acknowledged', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(MAC)
    expect(harness.ask(request('REQUEST', { with: wants(address) })).type).toBe('ACK')
    expect(harness.ask(request('REQUEST', { with: wants('10.77.0.99') })).type).toBe('NAK')
  })

  it('of a client that wakes up unknown is left to whoever knows it', async () => {
    const harness = await Harness.start()
    expect(harness.deliver(request('REQUEST', { with: wants('10.77.0.50') }))).toEqual([])
  })

  it('that renews what another server gave is left to that server', async () => {
    const harness = await Harness.start({ pool: { first: '10.77.0.100', last: '10.77.0.110' } })
    expect(harness.deliver(request('REQUEST', { ciaddr: '10.77.0.50' }))).toEqual([])
    expect(harness.told('dhcp-received')[0]?.ignored).toContain('10.77.0.50')
  })

  it('that renews a free address of ours is acknowledged, so that lost leases heal', async () => {
    const harness = await Harness.start()
    expect(harness.ask(request('REQUEST', { ciaddr: '10.77.0.50' })).type).toBe('ACK')
    expect(harness.ask(request('DISCOVER')).message.yiaddr).toBe('10.77.0.50')
  })

  it('that takes the offer of another server frees ours and tells of that server', async () => {
    const harness = await Harness.start({ pool: { first: '10.77.0.100', last: '10.77.0.100' } })
    harness.ask(request('DISCOVER'))
    expect(harness.deliver(select(MAC, '10.77.0.60', '10.77.0.9'))).toEqual([])
    expect(harness.told('dhcp-foreign-server')[0]).toMatchObject({ address: '10.77.0.9' })
    expect(harness.ask(request('DISCOVER', { mac: macNumber(1) })).message.yiaddr).toBe('10.77.0.100')
  })
})

describe('other messages', () => {
  it('INFORM: options without an address or a lease, to the client', async () => {
    const harness = await Harness.start()
    const ack = harness.ask(request('INFORM', { ciaddr: '10.77.0.80' }), { address: '10.77.0.80', port: 68 })
    expect([ack.type, ack.to.address, ack.message.yiaddr]).toEqual(['ACK', '10.77.0.80', '0.0.0.0'])
    expect(ack.message.options.has(standard.leaseTime)).toBe(false)
    expect(ack.message.options.get(standard.routers)).toEqual(['10.77.0.1'])
  })

  it('DECLINE: the address is set aside, told about, and the client gets another', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(MAC)
    expect(harness.deliver(request('DECLINE', { with: wants(address) }))).toEqual([])
    expect(harness.told('notice')[0]?.text).toContain(`${address} is in use`)
    expect(harness.obtain(MAC)).not.toBe(address)
    expect(harness.obtain(macNumber(1))).not.toBe(address)
  })

  it('DECLINE of an address that is not the client’s changes nothing', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(macNumber(1))
    harness.deliver(request('DECLINE', { with: wants(address) }))
    expect(harness.told('notice')).toEqual([])
    expect(harness.obtain(macNumber(1))).toBe(address)
  })

  it('RELEASE: another client may have the address when no other is left', async () => {
    const harness = await Harness.start({ pool: { first: '10.77.0.100', last: '10.77.0.100' } })
    const address = harness.obtain(MAC)
    expect(harness.deliver(request('DISCOVER', { mac: macNumber(1) }))).toEqual([])
    expect(harness.deliver(request('RELEASE', { ciaddr: address }))).toEqual([])
    expect(harness.obtain(macNumber(1))).toBe(address)
  })
})

describe('who is answered', () => {
  it('only clients on the list, when there is one', async () => {
    const harness = await Harness.start({ allow: [MAC.toUpperCase()] })
    expect(harness.obtain(MAC)).toBe('10.77.0.2')
    expect(harness.deliver(request('DISCOVER', { mac: macNumber(1) }))).toEqual([])
    expect(harness.told('dhcp-received').at(-1)?.ignored).toBe('it is not on the list of allowed clients')
  })

  it('clients with a fixed address get it, and nobody else does', async () => {
    const harness = await Harness.start({ fixed: new Map([[MAC, '10.77.0.2']]) })
    expect(harness.obtain(macNumber(1))).toBe('10.77.0.3')
    expect(harness.obtain(MAC)).toBe('10.77.0.2')
    expect(harness.ask(select(macNumber(2), '10.77.0.2')).type).toBe('NAK')
  })

  it('refuses a pool or a fixed address outside of the network, and says what to do', async () => {
    const link = new FakeLink()
    await expect(Harness.start({ pool: { first: '10.78.0.2', last: '10.78.0.9' } }, link)).rejects.toThrow(
      '10.78.0.2 is not in 10.77.0.1/24',
    )
    await expect(Harness.start({ fixed: new Map([[MAC, '10.1.1.1']]) }, link)).rejects.toThrow('10.1.1.1')
    expect(link.openPorts).toEqual([])
  })
})
