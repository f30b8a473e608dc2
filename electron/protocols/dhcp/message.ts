import { ANY_ADDRESS, macFromBytes, type Ipv4Address, type MacAddress } from '../addresses.ts'
import { Options } from './options.ts'

/** Servers listen here, and so do relay agents (RFC 951 section 4). */
export const SERVER_PORT = 67
/** Clients listen here, whatever port they sent from. */
export const CLIENT_PORT = 68
/** PXE boot servers and ProxyDHCP listen here (PXE 2.1 section 2.2). */
export const PXE_PORT = 4011

/** The flag of a client that cannot take a unicast before it has its address (RFC 1542 section 3.1.1). */
export const BROADCAST_FLAG = 0x8000
/** Ethernet, in `htype` (RFC 1700). */
export const ETHERNET = 1

/** Begins a vendor field that holds options (RFC 1497, RFC 2131 section 3). */
export const MAGIC_COOKIE = 0x63825363
/** The fixed fields, from `op` to `file`, in bytes (RFC 951 section 3). */
export const HEADER_LENGTH = 236
export const SNAME_LENGTH = 64
export const FILE_LENGTH = 128
/** A BOOTP message has a vendor field of 64 bytes, and some clients drop what is shorter (RFC 951 section 3). */
export const MINIMUM_LENGTH = 300
/** What every DHCP client takes: a 576-byte IP datagram without its IP and UDP headers (RFC 2131 section 2). */
export const DEFAULT_MAXIMUM_LENGTH = 548

/** A BOOTP or DHCP message (RFC 951 section 3, RFC 2131 section 2), its fields under their names there. */
export interface DhcpMessage {
  readonly op: 'request' | 'reply'
  readonly htype: number
  readonly hops: number
  readonly xid: number
  /** Seconds since the client began. */
  readonly secs: number
  readonly flags: number
  /** The client's address, when it has one and answers for it. */
  readonly ciaddr: Ipv4Address
  /** "Your" address: what the server gives. */
  readonly yiaddr: Ipv4Address
  /** The next server, from which `file` is loaded. */
  readonly siaddr: Ipv4Address
  /** The relay agent that passed the message on. */
  readonly giaddr: Ipv4Address
  /** `hlen` bytes. */
  readonly chaddr: Uint8Array
  readonly sname: string
  readonly file: string
  /** Empty when the vendor field does not begin with the magic cookie. */
  readonly options: Options
  /** A vendor field of another kind, with its own magic; empty when it holds options. */
  readonly vendor: Uint8Array
}

/** A message with every field empty but those given. */
export function message(fields: Partial<DhcpMessage> & Pick<DhcpMessage, 'op'>): DhcpMessage {
  return {
    htype: ETHERNET,
    hops: 0,
    xid: 0,
    secs: 0,
    flags: 0,
    ciaddr: ANY_ADDRESS,
    yiaddr: ANY_ADDRESS,
    siaddr: ANY_ADDRESS,
    giaddr: ANY_ADDRESS,
    chaddr: new Uint8Array(6),
    sname: '',
    file: '',
    options: new Options(),
    vendor: new Uint8Array(0),
    ...fields,
  }
}

export function hardwareAddress({ chaddr }: DhcpMessage): MacAddress {
  return macFromBytes(chaddr)
}
