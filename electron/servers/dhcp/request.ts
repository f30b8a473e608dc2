import type { BootClient } from '../../chains/chain.ts'
import type { Firmware } from '../../clients/events.ts'
import type { Endpoint } from '../../link/link.ts'
import type { Ipv4Address, MacAddress } from '../../protocols/addresses.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { DEFAULT_MAXIMUM_LENGTH, hardwareAddress, type DhcpMessage } from '../../protocols/dhcp/message.ts'
import type { OptionCodec } from '../../protocols/dhcp/options.ts'
import {
  architectureName,
  clientArchitecture,
  firmwareOf,
} from '../../protocols/dhcp/options/client-architecture.ts'
import { messageType, type MessageType } from '../../protocols/dhcp/options/message-type.ts'
import { parameterRequestList } from '../../protocols/dhcp/options/parameter-request-list.ts'
import {
  maximumMessageSize,
  requestedAddress,
  serverIdentifier,
  vendorClass,
} from '../../protocols/dhcp/options/standard.ts'
import { userClass } from '../../protocols/dhcp/options/user-class.ts'

/** A request as the server looks at it. */
export interface ClientRequest {
  readonly message: DhcpMessage
  /** Bytes of UDP payload. */
  readonly length: number
  readonly from: Endpoint
  readonly mac: MacAddress
  /** Undefined for BOOTP. */
  readonly type: MessageType | undefined
  readonly requestedAddress: Ipv4Address | undefined
  readonly serverIdentifier: Ipv4Address | undefined
  /** The options asked for; undefined when the client left that to the server. */
  readonly wanted: ReadonlySet<number> | undefined
  readonly vendorClass: string | undefined
  readonly architecture: string
  readonly client: BootClient
  readonly isPxe: boolean
  /** The longest answer that the client takes, in bytes of UDP payload. */
  readonly maximumLength: number
}

const IP_AND_UDP_HEADERS = 28

/** Throws a `DecodeError` when an option that decides about the answer is malformed. */
export function readRequest(message: DhcpMessage, length: number, from: Endpoint): ClientRequest {
  const { options } = message
  const type = options.get(messageType)
  const vendor = lenient(message, vendorClass)
  const wanted = options.get(parameterRequestList)
  const architecture = lenient(message, clientArchitecture)?.[0] ?? architectureInVendorClass(vendor)
  const classes = lenient(message, userClass)
  const firmware: Firmware = architecture === undefined ? 'unknown' : firmwareOf(architecture)
  const mac = hardwareAddress(message)
  return {
    message,
    length,
    from,
    mac,
    type,
    requestedAddress: options.get(requestedAddress),
    serverIdentifier: options.get(serverIdentifier),
    wanted: wanted === undefined ? undefined : new Set(wanted),
    vendorClass: vendor,
    architecture: architecture === undefined ? 'an unknown architecture' : architectureName(architecture),
    client: {
      mac,
      firmware,
      protocol: type === undefined ? 'bootp' : 'dhcp',
      ...(classes === undefined ? {} : { userClass: classes.join(' ') }),
    },
    isPxe: vendor?.startsWith('PXEClient') === true,
    // RFC 2132 section 9.10 counts a whole DHCP message; clients mean the IP datagram as often.
    maximumLength: Math.max(
      DEFAULT_MAXIMUM_LENGTH,
      (lenient(message, maximumMessageSize) ?? 0) - IP_AND_UDP_HEADERS,
    ),
  }
}

/** Firmware gets options wrong that it could do without; that is no reason not to boot it. */
function lenient<T>({ options }: DhcpMessage, option: OptionCodec<T>): T | undefined {
  try {
    return options.get(option)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** `PXEClient:Arch:00000:UNDI:002001` (PXE 2.1 section 2.2.1), for firmware that leaves option 93 out. */
function architectureInVendorClass(vendor: string | undefined): number | undefined {
  const found = vendor === undefined ? null : /^(?:PXE|HTTP)Client:Arch:(\d{5})/.exec(vendor)
  return found === null ? undefined : Number(found[1])
}
