import { DecodeError, Reader, Writer } from '../bytes.ts'
import {
  type Ipv4Address,
  type MacAddress,
  ipv4ToNumber,
  macToBytes,
  readIpv4,
  readMac,
} from '../addresses.ts'
import { EtherType } from './frame.ts'

const ETHERNET = 1
const OPERATIONS = { request: 1, reply: 2 } as const

export interface ArpPacket {
  readonly operation: keyof typeof OPERATIONS
  readonly senderHardware: MacAddress
  /** `0.0.0.0` in a probe, which asks without claiming an address (RFC 5227 section 1.1). */
  readonly senderProtocol: Ipv4Address
  readonly targetHardware: MacAddress
  readonly targetProtocol: Ipv4Address
}

/**
 * Reads an ARP packet for IPv4 over Ethernet (RFC 826).
 *
 *      0        2        4    5    6      8        14       18       24       28
 *     +--------+--------+----+----+------+--------+--------+--------+--------+
 *     | hard 1 | 0x0800 |  6 |  4 | oper | sender | sender | target | target |
 *     |        |        |    |    |      |  MAC   |  IPv4  |  MAC   |  IPv4  |
 *     +--------+--------+----+----+------+--------+--------+--------+--------+
 *
 * @throws DecodeError on other hardware, protocols and operations (RARP among them)
 */
export function decodeArp(bytes: Uint8Array): ArpPacket {
  const reader = new Reader(bytes)
  expect(reader.u16('ar$hrd'), ETHERNET, 'ar$hrd', 0)
  expect(reader.u16('ar$pro'), EtherType.ipv4, 'ar$pro', 2)
  expect(reader.u8('ar$hln'), 6, 'ar$hln', 4)
  expect(reader.u8('ar$pln'), 4, 'ar$pln', 5)
  const code = reader.u16('ar$op')
  if (code !== OPERATIONS.request && code !== OPERATIONS.reply)
    throw new DecodeError('unrecognised', 'ar$op', 6, `operation ${code}`)
  return {
    operation: code === OPERATIONS.request ? 'request' : 'reply',
    senderHardware: readMac(reader, 'ar$sha'),
    senderProtocol: readIpv4(reader, 'ar$spa'),
    targetHardware: readMac(reader, 'ar$tha'),
    targetProtocol: readIpv4(reader, 'ar$tpa'),
  }
}

export function encodeArp(packet: ArpPacket): Buffer {
  return new Writer(28)
    .u16(ETHERNET)
    .u16(EtherType.ipv4)
    .u8(6)
    .u8(4)
    .u16(OPERATIONS[packet.operation])
    .bytes(macToBytes(packet.senderHardware))
    .u32(ipv4ToNumber(packet.senderProtocol))
    .bytes(macToBytes(packet.targetHardware))
    .u32(ipv4ToNumber(packet.targetProtocol))
    .finish()
}

function expect(value: number, wanted: number, field: string, offset: number): void {
  if (value !== wanted) throw new DecodeError('unrecognised', field, offset, `${value} and not ${wanted}`)
}
