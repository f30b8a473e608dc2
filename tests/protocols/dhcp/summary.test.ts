import { describe, expect, it } from 'vitest'
import { decodeMessage } from '../../../electron/protocols/dhcp/decode.ts'
import { summary } from '../../../electron/protocols/dhcp/summary.ts'
import { realMessage } from './fixtures.ts'

describe('the summary of a real message', () => {
  it("tells what a PXE ROM's DISCOVER says", () => {
    expect(summary(decodeMessage(realMessage('ipxe-discover')))).toMatchInlineSnapshot(`
      "DISCOVER 0x64e99f7d, client 52:54:00:12:34:56, 4 s
      maximum DHCP message size: 1472 bytes
      client system architecture: x86 BIOS
      client network interface identifier: UNDI 2.1
      vendor class identifier: "PXEClient:Arch:00000:UNDI:002001"
      user class: iPXE
      parameter request list: 1 3 6 7 12 15 17 26 43 60 66 67 119 128 129 130 131 132 133 134 135 175 203
      option 175: b1050110ec8139eb030100001701012201011301011101012701011901012901… (48 bytes)
      client identifier: 52:54:00:12:34:56
      client machine identifier: 00000000-0000-0000-0000-000000000000"
    `)
  })

  it('tells what the BOOTP request of OSKit NetBoot says', () => {
    expect(summary(decodeMessage(realMessage('oskit-bootp-request')))).toMatchInlineSnapshot(
      `"BOOTREQUEST 0x01000000, client 52:54:00:12:34:56, 0 s"`,
    )
  })

  it('tells what the DHCP client in the XNU kernel says', () => {
    expect(summary(decodeMessage(realMessage('xnu-request')))).toMatchInlineSnapshot(`
      "REQUEST 0x560b8ed4, client 52:54:00:12:34:56, 1 s
      parameter request list: 1 3
      client identifier: 52:54:00:12:34:56
      requested IP address: 192.168.77.58
      server identifier: 192.168.77.1"
    `)
  })

  it('tells what a server answers', () => {
    expect(summary(decodeMessage(realMessage('dnsmasq-offer')))).toMatchInlineSnapshot(`
      "OFFER 0x64e99f7d, client 52:54:00:12:34:56, 4 s
      yiaddr: 192.168.77.58
      siaddr: 192.168.77.1
      server identifier: 192.168.77.1
      IP address lease time: 3600 s
      bootfile name: "pxelinux.0"
      renewal time: 1800 s
      rebinding time: 3150 s
      subnet mask: 255.255.255.0
      broadcast address: 192.168.77.255
      routers: 192.168.77.1"
    `)
  })

  it('shows a malformed option as its bytes', () => {
    const bytes = realMessage('xnu-request')
    bytes[bytes.indexOf(Buffer.from('3204c0a8', 'hex'))] = 57
    expect(summary(decodeMessage(bytes))).toContain('maximum DHCP message size: malformed, c0a84d3a')
  })
})
