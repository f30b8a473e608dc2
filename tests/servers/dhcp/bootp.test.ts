import { describe, expect, it } from 'vitest'
import { hostName, rootPath, routers, subnetMask } from '../../../electron/protocols/dhcp/options/standard.ts'
import { realMessage } from '../../protocols/dhcp/fixtures.ts'
import { Harness, MAC, request } from './harness.ts'

/** The original OSKit NetBoot sends from port 0. */
const PORT_ZERO = { address: '0.0.0.0', port: 0 }

describe('the BOOTP request of OSKit NetBoot', () => {
  it('is answered to port 68 although it came from port 0', async () => {
    const harness = await Harness.start()
    const reply = harness.ask(realMessage('oskit-bootp-request'), PORT_ZERO)
    expect([reply.to, reply.type]).toEqual([{ address: '255.255.255.255', port: 68 }, undefined])
    expect(reply.message).toMatchObject({
      op: 'reply',
      xid: 0x01000000,
      yiaddr: '10.77.0.2',
      siaddr: '10.77.0.1',
    })
  })

  it('gets 300 bytes, with mask, gateway and host name first and within the 60 that it reads', async () => {
    const harness = await Harness.start({ hostName: () => 'n'.repeat(63) })
    const { bytes, message } = harness.ask(realMessage('oskit-bootp-request'), PORT_ZERO)
    expect(bytes).toHaveLength(300)
    expect([...message.options].map(([code]) => code)).toEqual([1, 3, 12])
    expect(message.options.get(subnetMask)).toBe('255.255.255.0')
    expect(message.options.get(routers)).toEqual(['10.77.0.1'])
    expect(message.options.get(hostName)).toBe('n'.repeat(45))
    expect(bytes[299]).toBe(255)
  })

  it('leaves out a root path that has no room, and says so', async () => {
    const harness = await Harness.start({ bootAnswer: () => ({ file: 'boot', rootPath: '/'.repeat(60) }) })
    const { bytes, message } = harness.ask(realMessage('oskit-bootp-request'), PORT_ZERO)
    expect(bytes).toHaveLength(300)
    expect([message.file, message.options.has(rootPath)]).toEqual(['boot', false])
    expect(harness.told('notice')[0]?.text).toContain('no room for option 17')
  })

  it('is told about as BOOTP, with its address', async () => {
    const harness = await Harness.start()
    harness.ask(realMessage('oskit-bootp-request'), PORT_ZERO)
    expect(harness.events).toEqual([
      { type: 'dhcp-received', client: MAC, message: 'BOOTREQUEST', firmware: 'unknown' },
      {
        type: 'dhcp-sent',
        client: MAC,
        message: 'BOOTREPLY',
        address: '10.77.0.2',
        bootFile: 'pxelinux.0',
        proxy: false,
      },
    ])
  })

  it('gets the address that the same machine got by DHCP', async () => {
    const harness = await Harness.start()
    const address = harness.obtain(MAC)
    expect(harness.ask(realMessage('oskit-bootp-request'), PORT_ZERO).message.yiaddr).toBe(address)
  })
})

describe('BOOTP of before RFC 1497', () => {
  it('is answered without a vendor field', async () => {
    const harness = await Harness.start()
    expect(harness.ask(request(undefined).subarray(0, 236)).message.yiaddr).toBe('10.77.0.2')
  })
})
