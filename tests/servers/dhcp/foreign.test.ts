import { describe, expect, it, vi } from 'vitest'
import type { Happening } from '../../../electron/clients/events.ts'
import { decodeMessage } from '../../../electron/protocols/dhcp/decode.ts'
import { encodeMessage } from '../../../electron/protocols/dhcp/encode.ts'
import { Options } from '../../../electron/protocols/dhcp/options.ts'
import { messageType } from '../../../electron/protocols/dhcp/options/message-type.ts'
import { serverIdentifier } from '../../../electron/protocols/dhcp/options/standard.ts'
import { probeForServers } from '../../../electron/servers/dhcp/probe.ts'
import { realMessage } from '../../protocols/dhcp/fixtures.ts'
import { FakeLink } from '../fake-link.ts'
import { Harness } from './harness.ts'

const OTHER = { address: '192.168.77.1', port: 67 }

describe('another server that answers while ours runs', () => {
  it('is told about once a minute, by its address', async () => {
    let now = 0
    const harness = await Harness.start({ now: () => now })
    harness.link.deliver(68, realMessage('dnsmasq-offer'), OTHER)
    harness.link.deliver(68, realMessage('dnsmasq-ack'), OTHER)
    expect(harness.told('dhcp-foreign-server')).toHaveLength(1)
    expect(harness.told('dhcp-foreign-server')[0]).toMatchObject({
      address: '192.168.77.1',
      text: expect.stringContaining('192.168.77.58'),
    })
    now = 60_000
    harness.link.deliver(67, realMessage('dnsmasq-ack'), OTHER)
    expect(harness.told('dhcp-foreign-server')).toHaveLength(2)
  })

  it('is found within a minute, although a switch carries its offers to their clients alone', async () => {
    vi.useFakeTimers()
    const link = new FakeLink()
    const harness = await Harness.start({}, link)
    addServer(link, '10.77.0.9', '10.77.0.50')
    expect(harness.told('dhcp-foreign-server')).toEqual([])
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    expect(harness.told('dhcp-foreign-server')).toMatchObject([{ address: '10.77.0.9' }])
  })

  it('is not taken for one when it is ourselves', async () => {
    const harness = await Harness.start()
    const { bytes } = harness.ask(realMessage('ipxe-discover'))
    harness.link.deliver(68, bytes, { address: '10.77.0.1', port: 67 })
    expect(harness.told('dhcp-foreign-server')).toEqual([])
  })

  it('may go unnoticed when port 68 is taken, which is told; targets are served all the same', async () => {
    const link = new FakeLink()
    link.taken.add(68)
    const harness = await Harness.start({}, link)
    expect(harness.told('notice')[0]?.text).toContain('Port 68 could not be opened')
    expect(harness.ask(realMessage('ipxe-discover')).type).toBe('OFFER')
  })
})

/** Another server on the link, which answers whatever is sent to port 67. */
function addServer(link: FakeLink, address: string, yiaddr: string): void {
  const earlier = link.onSend
  link.onSend = (datagram) => {
    earlier?.(datagram)
    if (datagram.to.port !== 67) return
    const asked = decodeMessage(datagram.data)
    const options = new Options().set(messageType, 'OFFER').set(serverIdentifier, address)
    const { bytes } = encodeMessage({ ...asked, op: 'reply', yiaddr, options })
    link.deliver(asked.giaddr === '0.0.0.0' ? 68 : 67, bytes, { address, port: 67 })
  }
}

describe('looking for other servers before ours starts', () => {
  it('finds a DHCP server and a ProxyDHCP server, each once', async () => {
    const link = new FakeLink()
    addServer(link, '10.77.0.9', '10.77.0.60')
    addServer(link, '10.77.0.8', '0.0.0.0')
    expect(await probeForServers(link, { seconds: 0.03 })).toEqual([
      { address: '10.77.0.9', offered: '10.77.0.60', isProxy: false },
      { address: '10.77.0.8', offered: undefined, isProxy: true },
    ])
    expect(link.openPorts).toEqual([])
  })

  it('waits for a server that pings for three seconds before it offers', async () => {
    const link = new FakeLink()
    let first: Buffer | undefined
    link.onSend = ({ data }) => {
      if (first !== undefined) return
      first = data
      const options = new Options().set(messageType, 'OFFER').set(serverIdentifier, '10.77.0.9')
      const { bytes } = encodeMessage({ ...decodeMessage(data), op: 'reply', yiaddr: '10.77.0.60', options })
      setTimeout(() => link.deliver(68, bytes, { address: '10.77.0.9', port: 67 }), 305)
    }
    expect(await probeForServers(link, { seconds: 0.3 })).toHaveLength(1)
  })

  it('asks three times as PXE firmware with an address that nobody has', async () => {
    const link = new FakeLink()
    expect(await probeForServers(link, { seconds: 0.03 })).toEqual([])
    const asked = link.takeSent().map(({ data, to, fromPort }) => {
      expect([to, fromPort]).toEqual([{ address: '255.255.255.255', port: 67 }, 68])
      return decodeMessage(data)
    })
    expect(asked).toHaveLength(3)
    expect(asked[0]!.chaddr[0]! & 3).toBe(2)
    expect(asked[0]!.options.raw(60)?.toString()).toMatch(/^PXEClient/)
  })

  it('does not take what is no answer to it for a server', async () => {
    const link = new FakeLink()
    const probe = probeForServers(link, { seconds: 0.03 })
    link.deliver(68, realMessage('dnsmasq-offer'), OTHER)
    link.deliver(68, Buffer.of(2, 1), OTHER)
    expect(await probe).toEqual([])
  })

  it('asks as a relay agent when port 68 is taken, and says that it may miss one', async () => {
    const link = new FakeLink()
    link.taken.add(68)
    addServer(link, '10.77.0.9', '10.77.0.60')
    const events: Happening[] = []
    const found = await probeForServers(link, { seconds: 0.03, emit: (event) => events.push(event) })
    expect(found.map(({ address }) => address)).toEqual(['10.77.0.9'])
    expect(decodeMessage(link.sent[0]!.data).giaddr).toBe('10.77.0.1')
    expect(events[0]).toMatchObject({ type: 'notice', text: expect.stringContaining('may miss one') })
  })
})
