import type { MacAddress } from '../../protocols/addresses.ts'
import { EtherType, type EthernetFrame } from '../../protocols/ethernet/frame.ts'
import { IpProtocol } from '../../protocols/ethernet/ipv4.ts'
import {
  ALL_NODES,
  UNSPECIFIED,
  decodeIpv6,
  encodeIpv6,
  linkLocalAddress,
  multicastHardwareAddress,
} from '../../protocols/ethernet/ipv6.ts'
import {
  ON_LINK_HOP_LIMIT,
  decodeRouterDiscovery,
  encodeRouterDiscovery,
} from '../../protocols/ethernet/router-discovery.ts'

/**
 * The answer to an IPv6 router solicitation: there is no router here, no prefix and no DHCPv6 (RFC 4861 section
 * 6.2.6). iPXE asks before it turns to DHCP, and without an answer goes on asking for 13 seconds and more.
 * Undefined for every other packet.
 * @param hardwareAddress ours
 * @throws DecodeError
 */
export function answerSolicitation(
  frame: EthernetFrame,
  hardwareAddress: MacAddress,
): EthernetFrame | undefined {
  const packet = decodeIpv6(frame.payload)
  if (packet.nextHeader !== IpProtocol.icmpv6 || packet.hopLimit !== ON_LINK_HOP_LIMIT) return undefined
  if (decodeRouterDiscovery(packet.payload, packet).type !== 'router-solicitation') return undefined

  const anonymous = UNSPECIFIED.every((byte, at) => packet.source[at] === byte)
  const ends = {
    source: linkLocalAddress(hardwareAddress),
    destination: anonymous ? ALL_NODES : packet.source,
  }
  const payload = encodeRouterDiscovery(
    {
      type: 'router-advertisement',
      managed: false,
      otherConfiguration: false,
      routerLifetime: 0,
      sourceLinkLayer: hardwareAddress,
    },
    ends,
  )
  return {
    destination: anonymous ? multicastHardwareAddress(ALL_NODES) : frame.source,
    source: hardwareAddress,
    etherType: EtherType.ipv6,
    payload: encodeIpv6({ ...ends, nextHeader: IpProtocol.icmpv6, hopLimit: ON_LINK_HOP_LIMIT, payload }),
  }
}
