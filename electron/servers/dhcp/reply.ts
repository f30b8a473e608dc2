import type { BootAnswer } from '../../chains/chain.ts'
import type { Endpoint, Link } from '../../link/link.ts'
import { ANY_ADDRESS, BROADCAST_ADDRESS, broadcastAddress, netmask } from '../../protocols/addresses.ts'
import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { EncodeLimits } from '../../protocols/dhcp/encode.ts'
import {
  BROADCAST_FLAG,
  CLIENT_PORT,
  MINIMUM_LENGTH,
  SERVER_PORT,
  message,
  type DhcpMessage,
} from '../../protocols/dhcp/message.ts'
import { Options, type OptionCodec } from '../../protocols/dhcp/options.ts'
import { clientIdentifier } from '../../protocols/dhcp/options/client-identifier.ts'
import { NO_PROXY_DHCP, ipxeOptions } from '../../protocols/dhcp/options/ipxe.ts'
import { machineIdentifier } from '../../protocols/dhcp/options/machine-identifier.ts'
import { messageType } from '../../protocols/dhcp/options/message-type.ts'
import { relayAgentInformation } from '../../protocols/dhcp/options/relay-agent.ts'
import * as standard from '../../protocols/dhcp/options/standard.ts'
import type { ClientRequest } from './request.ts'

export interface Reply {
  readonly message: DhcpMessage
  readonly to: Endpoint
  readonly limits: EncodeLimits
}

/** What becomes of a request: an answer, or the reason why there is none. */
export type Outcome = Reply | { readonly ignored: string }

/** What a reply in full mode gives. */
export interface Grant {
  readonly address: Ipv4Address
  readonly leaseSeconds?: number
  readonly hostName: string
  readonly boot: BootAnswer | undefined
}

const IP_AND_UDP_HEADERS = 28

/** OFFER and ACK, options in the order in which firmware reads them: what it cannot do without comes first. */
export function grantReply(link: Link, request: ClientRequest, type: 'OFFER' | 'ACK', grant: Grant): Reply {
  const isInform = request.type === 'INFORM'
  const { boot, leaseSeconds } = grant
  const options = new Options().set(messageType, type).set(standard.serverIdentifier, link.address)
  if (leaseSeconds !== undefined) options.set(standard.leaseTime, leaseSeconds)
  options.set(standard.subnetMask, netmask(link.prefixLength)).set(standard.routers, [link.address])
  addForLoaders(options, boot)
  const onRequest = <T>(option: OptionCodec<T>, value: T) => {
    if (request.wanted?.has(option.code) !== false) options.set(option, value)
  }
  onRequest(standard.hostName, grant.hostName)
  onRequest(standard.broadcastAddressOption, broadcastAddress(link))
  if (leaseSeconds !== undefined) {
    onRequest(standard.renewalTime, Math.floor(leaseSeconds / 2))
    onRequest(standard.rebindingTime, Math.floor((leaseSeconds * 7) / 8))
  }
  if (boot !== undefined && request.wanted?.has(standard.bootFileName.code) === true)
    options.set(standard.tftpServerName, link.address).set(standard.bootFileName, boot.file)
  if (boot !== undefined && request.message.options.raw(ipxeOptions.code) !== undefined)
    options.set(ipxeOptions, NO_PROXY_DHCP)
  echo(request, options)
  return {
    message: message({
      ...envelope(request),
      ciaddr: type === 'ACK' ? request.message.ciaddr : ANY_ADDRESS,
      yiaddr: isInform ? ANY_ADDRESS : grant.address,
      siaddr: link.address,
      file: boot?.file ?? '',
      options,
    }),
    to: destination(request, type === 'ACK'),
    limits: { maximum: Math.min(request.maximumLength, link.mtu - IP_AND_UDP_HEADERS) },
  }
}

/** NAK (RFC 2131 section 4.3.2): the client is to forget its address and to start over. */
export function refusal(link: Link, request: ClientRequest, reason: string): Reply {
  const options = new Options()
    .set(messageType, 'NAK')
    .set(standard.serverIdentifier, link.address)
    .set(standard.messageText, reason)
  echo(request, options)
  const relayed = request.message.giaddr !== ANY_ADDRESS
  const flags = relayed ? request.message.flags | BROADCAST_FLAG : request.message.flags
  return {
    message: message({ ...envelope(request), flags, options }),
    to: destination(request, false),
    limits: {},
  }
}

/** The room for options in a BOOTP reply, END excluded, with a mask and a router in it already. */
const BOOTP_HOST_NAME_LENGTH = 60 - 1 - 6 - 6 - 2

/**
 * BOOTREPLY (RFC 951 section 7.2, RFC 1497). Mask, router and host name come first: some clients read no more than
 * the 60 bytes after the cookie, and do not go on without these three. The answer is no longer than the request,
 * or than 300 bytes, because that is what such a client has room for.
 */
export function bootpReply(link: Link, request: ClientRequest, grant: Grant): Reply {
  const { boot } = grant
  const options = new Options()
    .set(standard.subnetMask, netmask(link.prefixLength))
    .set(standard.routers, [link.address])
    .set(standard.hostName, grant.hostName.slice(0, BOOTP_HOST_NAME_LENGTH))
  addForLoaders(options, boot)
  return {
    message: message({
      ...envelope(request),
      ciaddr: request.message.ciaddr,
      yiaddr: grant.address,
      siaddr: link.address,
      file: boot?.file ?? '',
      options,
    }),
    to: destination(request, true),
    limits: {
      maximum: Math.min(Math.max(MINIMUM_LENGTH, request.length), link.mtu - IP_AND_UDP_HEADERS),
      overload: false,
    },
  }
}

/** What boot loaders need and never ask for. */
function addForLoaders(options: Options, boot: BootAnswer | undefined): void {
  if (boot?.configurationFile !== undefined) options.set(standard.configurationFile, boot.configurationFile)
  if (boot?.rootPath !== undefined) options.set(standard.rootPath, boot.rootPath)
}

/** The fields of every reply that repeat the request's (RFC 2131 table 3). */
export function envelope({ message: { htype, xid, flags, giaddr, chaddr } }: ClientRequest): {
  op: 'reply'
} & Pick<DhcpMessage, 'htype' | 'xid' | 'flags' | 'giaddr' | 'chaddr'> {
  return { op: 'reply', htype, xid, flags, giaddr, chaddr }
}

/** What a client or relay agent sent in order to get it back (RFC 6842, RFC 4578 section 2.3, RFC 3046 section 2.2). */
export function echo({ message: { options: sent } }: ClientRequest, options: Options): void {
  for (const { code } of [clientIdentifier, machineIdentifier, relayAgentInformation]) {
    const value = sent.raw(code)
    if (value !== undefined) options.setRaw(code, value)
  }
}

/**
 * Where a reply goes (RFC 2131 section 4.1): to the relay agent, to an address that the client answers for, or to
 * everybody, since a client without an address does not answer ARP. It goes to the client's port even when the
 * request came from another: some clients send from port 0.
 */
function destination({ message: { giaddr, ciaddr } }: ClientRequest, mayUnicast: boolean): Endpoint {
  if (giaddr !== ANY_ADDRESS) return { address: giaddr, port: SERVER_PORT }
  const address = mayUnicast && ciaddr !== ANY_ADDRESS ? ciaddr : BROADCAST_ADDRESS
  return { address, port: CLIENT_PORT }
}
