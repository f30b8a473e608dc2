import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  leaseOf,
  parseDhclientLeases,
  parseGetpacket,
  parseNetworkdLease,
  parseNmcliLeases,
} from '../../../electron/link/interfaces/leases.ts'
import { readLinuxLeases } from '../../../electron/link/interfaces/linux-leases.ts'

/** systemd 252. */
const NETWORKD = `# This is private data. Do not parse.
ADDRESS=192.168.1.20
NETMASK=255.255.255.0
ROUTER=192.168.1.1
SERVER_ADDRESS=192.168.1.2
NEXT_SERVER=0.0.0.0
T1=1800
T2=3150
LIFETIME=3600
DNS=192.168.1.1
DOMAINNAME=lan
CLIENTID=ffb6220feb00020000ab11d9fdbeaa7d1bb7a0
`

/** ISC dhclient 4.4: the same file over three days, and a line that was cut off. */
const DHCLIENT = `lease {
  interface "eth0";
  fixed-address 10.0.2.15;
  option subnet-mask 255.255.255.0;
  option routers 10.0.2.2;
  option dhcp-lease-time 86400;
  option dhcp-message-type 5;
  option dhcp-server-identifier 10.0.2.2;
  renew 4 2024/05/09 09:11:52;
  expire 4 2024/05/09 20:12:21;
}
lease {
  interface "eth0";
  fixed-address 192.168.1.20;
  option dhcp-server-identifier 192.168.1.2;
  expire 5 2024/05/10 20:12:21;
}
lease {
  interface "usb0";
  fixed-address 172.20.10.3;
  option dhcp-server-identifier 172.20.10.1;
  expire 5 2024/05/10 20:12:21;
}
lease {
  interface "eth0";
  fixed-addr`

/** NetworkManager 1.42. */
const NMCLI = `GENERAL.DEVICE:enp3s0
DHCP4.OPTION[1]:broadcast_address = 192.168.1.255
DHCP4.OPTION[2]:dhcp_client_identifier = 01\\:54\\:ee\\:75\\:c4\\:11\\:0a
DHCP4.OPTION[3]:dhcp_lease_time = 3600
DHCP4.OPTION[4]:dhcp_server_identifier = 192.168.1.2
DHCP4.OPTION[5]:domain_name_servers = 192.168.1.1
DHCP4.OPTION[8]:ip_address = 192.168.1.20
DHCP4.OPTION[9]:next_server = 0.0.0.0
DHCP4.OPTION[10]:requested_broadcast_address = 1

GENERAL.DEVICE:AA\\:BB
DHCP4.OPTION[1]:ip_address = 172.20.10.3

GENERAL.DEVICE:lo
`

const office = { address: '192.168.1.20', server: '192.168.1.2' }

describe('the leases of DHCP clients', () => {
  it('are read as systemd-networkd writes them', () => {
    expect(parseNetworkdLease(NETWORKD)).toEqual(office)
  })

  it('are read as dhclient appends them, each for its interface', () => {
    const found = parseDhclientLeases(DHCLIENT)
    expect(found.get('eth0')).toEqual([{ address: '10.0.2.15', server: '10.0.2.2' }, office])
    expect(found.get('usb0')).toEqual([{ address: '172.20.10.3', server: '172.20.10.1' }])
  })

  it('are read as nmcli prints them', () => {
    expect(Object.fromEntries(parseNmcliLeases(NMCLI))).toEqual({
      enp3s0: [office],
      'AA:BB': [{ address: '172.20.10.3' }],
    })
  })

  it('count only while the interface has the address', () => {
    const noted = [{ address: '10.0.2.15', server: '10.0.2.2' }, office]
    expect(leaseOf([{ address: '192.168.1.20' }], noted)).toEqual(office)
    expect(leaseOf([{ address: '10.77.0.1' }], noted)).toBeUndefined()
    expect(leaseOf([], noted)).toBeUndefined()
    expect(leaseOf([{ address: '10.9.9.9', expires: true }], noted)).toEqual({ address: '10.9.9.9' })
  })

  it('are none in an address that was taken because nobody answered, or in what is no address', () => {
    for (const address of ['169.254.7.7', '0.0.0.0', '192.168.1.300', '', '::1'])
      expect(parseNetworkdLease(`ADDRESS=${address}\nSERVER_ADDRESS=192.168.1.2\n`), address).toBeUndefined()
    expect(parseNetworkdLease('ADDRESS=10.0.0.2\nSERVER_ADDRESS=junk\n')).toEqual({ address: '10.0.0.2' })
  })

  it('are looked for in any text without harm', () => {
    const pieces = fc.constantFrom(
      'lease {',
      '}',
      'interface "',
      '";',
      'ADDRESS=',
      'GENERAL.DEVICE:',
      '\n',
      'yiaddr = ',
      '1.2.3.4',
    )
    const junk = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''))
    fc.assert(
      fc.property(junk, (text) => {
        for (const { address } of [parseNetworkdLease(text), parseGetpacket(text)].filter(
          (one) => one !== undefined,
        ))
          expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
        for (const found of [parseDhclientLeases(text), parseNmcliLeases(text)])
          for (const leases of found.values()) expect(leases.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('where Linux keeps leases', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'bootwire-leases-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  const sources = (nmcli: () => Promise<string>) => ({
    networkd: join(root, 'netif'),
    dhclient: [join(root, 'dhcp'), join(root, 'nowhere')],
    networkManager: join(root, 'NetworkManager'),
    nmcli,
  })

  it('finds those of each client, by the index or the name of the interface', async () => {
    for (const folder of ['netif', 'dhcp', 'NetworkManager']) mkdirSync(join(root, folder))
    writeFileSync(join(root, 'netif', '2'), NETWORKD)
    writeFileSync(join(root, 'dhcp', 'dhclient.eth0.leases'), DHCLIENT)
    // Neither of these is a client's.
    writeFileSync(join(root, 'dhcp', 'dhcpd.leases'), DHCLIENT.replaceAll('eth0', 'stranger'))
    mkdirSync(join(root, 'dhcp', 'dhclient.folder.leases'))
    const found = await readLinuxLeases(
      new Map([
        ['eth0', '2'],
        ['eth1', '../dhcp/dhclient.eth0.leases'],
      ]),
      sources(() => Promise.resolve(NMCLI)),
    )
    expect([...found.keys()].sort()).toEqual(['AA:BB', 'enp3s0', 'eth0', 'usb0'])
    expect(found.get('eth0')?.at(-1)).toEqual(office)
  })

  it('knows nothing, and says so at once, where there is no client or it does not answer', async () => {
    expect(
      await readLinuxLeases(
        new Map([['eth0', '2']]),
        sources(() => Promise.reject(new Error())),
      ),
    ).toEqual(new Map())
    mkdirSync(join(root, 'NetworkManager'))
    expect(
      await readLinuxLeases(
        new Map([['eth0', '2']]),
        sources(() => Promise.reject(new Error())),
      ),
    ).toEqual(new Map())
  })
})
