import { describe, expect, it } from 'vitest'
import { describeDarwin } from '../../../electron/link/interfaces/darwin.ts'
import { describeWindows } from '../../../electron/link/interfaces/windows.ts'

function entry(address: string, mac = 'a4:83:e7:01:02:03', internal = false) {
  return [
    { address, netmask: '255.255.255.0', family: 'IPv4' as const, mac, internal, cidr: `${address}/24` },
  ]
}

const HARDWARE_PORTS = `
Hardware Port: USB 10/100/1000 LAN
Device: en5
Ethernet Address: 00:e0:4c:68:00:01

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: a4:83:e7:01:02:03

Hardware Port: Bluetooth PAN
Device: en3
Ethernet Address: a4:83:e7:01:02:04
`

describe('the interfaces of macOS', () => {
  it('tells Wi-Fi from a USB adapter by their hardware ports', () => {
    const running = {
      en0: entry('192.168.1.7'),
      en5: entry('10.77.0.1', '00:e0:4c:68:00:01'),
      en3: entry('10.1.1.1'),
      bridge100: entry('192.168.64.1'),
      awdl0: entry('169.254.1.1'),
      lo0: entry('127.0.0.1', '00:00:00:00:00:00', true),
    }
    const found = describeDarwin(running, HARDWARE_PORTS, '   route to: default\n  interface: en0\n')
    expect(found.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'en0 wifi',
      'en5 wired',
      'en3 other',
      'bridge100 virtual',
      'awdl0 other',
      'lo0 loopback',
    ])
    expect(found.filter(({ isDefaultRoute }) => isDefaultRoute).map(({ name }) => name)).toEqual(['en0'])
    expect(found[1]).toMatchObject({
      mac: '00:e0:4c:68:00:01',
      addresses: [{ address: '10.77.0.1', prefixLength: 24 }],
    })
  })
})

/** As printed by macOS 14. */
const PACKET = `op = BOOTREPLY
htype = 1
flags = 0x0
hlen = 6
hops = 0
xid = 0x9ae44c21
secs = 0
ciaddr = 0.0.0.0
yiaddr = 192.168.1.7
siaddr = 0.0.0.0
giaddr = 0.0.0.0
chaddr = a4:83:e7:1:2:3
sname =
file =
options:
Options count is 7
dhcp_message_type (uint8): ACK 0x5
server_identifier (ip): 192.168.1.1
lease_time (uint32): 0x15180
subnet_mask (ip): 255.255.255.0
router (ip_mult): {192.168.1.1}
domain_name_server (ip_mult): {192.168.1.1}
end (none):
`

it('tells of macOS which interface has its address from which DHCP server', () => {
  const running = { en0: entry('192.168.1.7'), en5: entry('10.77.0.1', '00:e0:4c:68:00:01') }
  // What en5 got before it was given another address by hand.
  const packets = new Map([
    ['en0', PACKET],
    ['en5', PACKET.replace('192.168.1.7', '172.20.0.4')],
  ])
  const [wifi, usb] = describeDarwin(running, HARDWARE_PORTS, '', packets)
  expect(wifi?.lease).toEqual({ address: '192.168.1.7', server: '192.168.1.1' })
  expect(usb).not.toHaveProperty('lease')
})

describe('the interfaces of Windows', () => {
  const adapter = {
    name: 'Ethernet',
    description: 'Realtek PCIe GbE Family Controller',
    medium: '802.3',
    virtual: false,
    status: 'Up',
    bits: 1_000_000_000,
    mac: '00-E0-4C-68-00-01',
    mtu: 1500,
    route: false,
  }

  it('reads what the NetAdapter module tells', () => {
    const addresses = new Map([['Ethernet', [{ address: '10.77.0.1', prefixLength: 24 }]]])
    expect(describeWindows(JSON.stringify([adapter]), addresses)).toEqual([
      {
        name: 'Ethernet',
        kind: 'wired',
        link: 'up',
        speed: 1000,
        addresses: [{ address: '10.77.0.1', prefixLength: 24 }],
        mac: '00:e0:4c:68:00:01',
        mtu: 1500,
        isDefaultRoute: false,
      },
    ])
  })

  it.each([
    ['wifi', { medium: 'Native 802.11' }],
    ['virtual', { virtual: true, description: 'Hyper-V Virtual Ethernet Adapter' }],
    ['virtual', { description: 'VMware Virtual Ethernet Adapter for VMnet8' }],
    ['virtual', { description: 'VirtualBox Host-Only Ethernet Adapter' }],
    ['other', { medium: 'BlueTooth', description: 'Bluetooth Device (Personal Area Network)' }],
  ])('takes %s adapters for what they are: %o', (kind, differences) => {
    expect(describeWindows(JSON.stringify([{ ...adapter, ...differences }]), new Map())[0]?.kind).toBe(kind)
  })

  it.each([
    ['192.168.1.1', '192.168.1.7', { address: '192.168.1.7', server: '192.168.1.1' }],
    // Nobody answered, and Windows gave itself an address.
    ['255.255.255.255', '169.254.12.9', undefined],
    ['192.168.1.1', '169.254.12.9', undefined],
    // An address that was given by hand.
    [null, '10.77.0.1', undefined],
  ])('tells who gave an address: server %s, address %s', (server, address, lease) => {
    const addresses = new Map([['Ethernet', [{ address, prefixLength: 24 }]]])
    expect(describeWindows(JSON.stringify([{ ...adapter, server }]), addresses)[0]?.lease).toEqual(lease)
  })

  it('gives no speed for a cable that is out', () => {
    const [facts] = describeWindows(JSON.stringify([{ ...adapter, status: 'Disconnected' }]), new Map())
    expect(facts).toMatchObject({ link: 'down' })
    expect(facts).not.toHaveProperty('speed')
  })
})
