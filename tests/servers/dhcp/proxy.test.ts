import { describe, expect, it } from 'vitest'
import { clientArchitecture } from '../../../electron/protocols/dhcp/options/client-architecture.ts'
import { pxeOptions } from '../../../electron/protocols/dhcp/options/pxe.ts'
import { serverIdentifier, vendorClass } from '../../../electron/protocols/dhcp/options/standard.ts'
import { realMessage } from '../../protocols/dhcp/fixtures.ts'
import { Harness, request } from './harness.ts'

const start = (reason?: string) =>
  Harness.start({ mode: 'proxy', bootAnswer: () => reason ?? { file: 'pxelinux.0' } })
const uefi = request('DISCOVER', {
  with: (o) => o.set(vendorClass, 'PXEClient:Arch:00007:UNDI:003016').set(clientArchitecture, [7]),
})

describe('beside another DHCP server', () => {
  it('offers BIOS firmware the boot file, to be loaded without a menu, and no address', async () => {
    const offer = (await start()).ask(realMessage('ipxe-discover'))
    expect(offer.to).toEqual({ address: '255.255.255.255', port: 68 })
    expect(offer.message).toMatchObject({ yiaddr: '0.0.0.0', siaddr: '10.77.0.1', file: 'pxelinux.0' })
    expect([...offer.message.options].map(([code]) => code)).toEqual([53, 54, 60, 43, 61, 97])
    expect(offer.message.options.get(vendorClass)).toBe('PXEClient')
    expect(offer.message.options.get(pxeOptions)).toEqual({ discoveryControl: 8 })
  })

  it('offers UEFI firmware no option 43, which it would take for a menu', async () => {
    const offer = (await start()).ask(uefi)
    expect([...offer.message.options].map(([code]) => code)).toEqual([53, 54, 60])
  })

  it('names the file on port 4011, at the port that the request came from', async () => {
    const harness = await start()
    const from = { address: '10.77.0.60', port: 4011 }
    const boot = request('REQUEST', {
      ciaddr: '10.77.0.60',
      with: (o) => o.set(vendorClass, 'PXEClient').set(pxeOptions, { bootItem: { type: 3, layer: 0 } }),
    })
    const ack = harness.ask(boot, from, 4011)
    expect([ack.type, ack.to, ack.fromPort]).toEqual(['ACK', from, 4011])
    expect(ack.message).toMatchObject({ ciaddr: '10.77.0.60', yiaddr: '0.0.0.0', file: 'pxelinux.0' })
    expect(ack.message.options.get(pxeOptions)).toEqual({ bootItem: { type: 3, layer: 0 } })
    expect(ack.message.options.get(serverIdentifier)).toBe('10.77.0.1')
  })

  it('leaves everybody but PXE firmware alone, and says why', async () => {
    const harness = await start()
    expect(harness.deliver(realMessage('xnu-discover'))).toEqual([])
    expect(harness.deliver(realMessage('oskit-bootp-request'))).toEqual([])
    expect(harness.told('dhcp-received').map(({ ignored }) => ignored)).toEqual(
      Array(2).fill(expect.stringContaining('only PXE firmware is answered')),
    )
  })

  it('leaves the REQUEST for an address to the other server', async () => {
    const harness = await start()
    expect(harness.deliver(realMessage('ipxe-request'))).toEqual([])
    expect(harness.told('dhcp-received')[0]?.ignored).toContain('for the other server')
  })

  it('is silent to firmware that the chain cannot boot, and tells the reason', async () => {
    const harness = await start('this chain needs legacy BIOS boot (CSM)')
    expect(harness.deliver(uefi)).toEqual([])
    expect(harness.told('firmware-unsupported')[0]).toMatchObject({
      firmware: 'uefi',
      architecture: 'x64 UEFI',
    })
  })

  it('takes the other DHCP server for granted, but not a second ProxyDHCP server', async () => {
    const harness = await start()
    const other = { address: '10.77.0.9', port: 67 }
    const proxy = await start()
    const proxyOffer = proxy.ask(realMessage('ipxe-discover')).bytes
    const own = proxyOffer.indexOf(Buffer.from('36040a4d0001', 'hex'))
    proxyOffer[own + 5] = 9
    harness.link.deliver(68, realMessage('dnsmasq-offer'), other)
    expect(harness.told('dhcp-foreign-server')).toEqual([])
    harness.link.deliver(68, proxyOffer, other)
    expect(harness.told('dhcp-foreign-server')[0]?.address).toBe('10.77.0.9')
  })
})
