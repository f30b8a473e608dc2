import { type Ipv4Address, ipv4ToNumber } from '../addresses.ts'
import { Writer } from '../bytes.ts'
import { onesComplementSum } from './checksum.ts'

/** The addresses of the packet around a UDP datagram or a TCP segment: their checksums cover them. */
export interface Ipv4Ends {
  readonly source: Ipv4Address
  readonly destination: Ipv4Address
}

/** Source, destination, a zero byte, the protocol and the length, summed (RFC 768 and RFC 9293, "pseudo header"). */
export function pseudoHeaderSum({ source, destination }: Ipv4Ends, protocol: number, length: number): number {
  const header = new Writer(12)
    .u32(ipv4ToNumber(source))
    .u32(ipv4ToNumber(destination))
    .u16(protocol)
    .u16(length)
    .finish()
  return onesComplementSum(header)
}
