import type { DhcpMode, Emit } from '../../clients/events.ts'
import type { Endpoint } from '../../link/link.ts'
import { ANY_ADDRESS, type Ipv4Address } from '../../protocols/addresses.ts'
import { hardwareAddress, type DhcpMessage } from '../../protocols/dhcp/message.ts'
import { serverIdentifier } from '../../protocols/dhcp/options/standard.ts'
import { kindOf } from '../../protocols/dhcp/summary.ts'
import type { ClientRequest } from './request.ts'
import type { Throttle } from './throttle.ts'

/** Another server that answered on this link. */
export interface ForeignServer {
  readonly address: Ipv4Address
  /** The address it gave; undefined for a ProxyDHCP server, which gives none. */
  readonly offered: Ipv4Address | undefined
  readonly isProxy: boolean
}

/**
 * The server whose reply this is, undefined for our own and for refusals. Throws a `DecodeError` when its server
 * identifier is malformed.
 */
export function foreignServerOf(
  message: DhcpMessage,
  from: Endpoint,
  own: Ipv4Address,
): ForeignServer | undefined {
  if (message.op !== 'reply' || kindOf(message) === 'NAK') return undefined
  const address = message.options.get(serverIdentifier) ?? from.address
  if (address === own || from.address === own) return undefined
  // A reply to an INFORM gives no address either, but goes to one that the client has.
  const isProxy = message.yiaddr === ANY_ADDRESS && message.ciaddr === ANY_ADDRESS
  return { address, offered: message.yiaddr === ANY_ADDRESS ? undefined : message.yiaddr, isProxy }
}

export interface ForeignServersOptions {
  readonly own: Ipv4Address
  readonly mode: DhcpMode
  readonly emit: Emit
  readonly told: Throttle
}

/** Watches for other servers while ours runs, and tells of each once in a while. */
export class ForeignServers {
  readonly #options: ForeignServersOptions

  constructor(options: ForeignServersOptions) {
    this.#options = options
  }

  overhear(message: DhcpMessage, from: Endpoint): void {
    const { own, mode } = this.#options
    const server = foreignServerOf(message, from, own)
    // Beside another server is what proxy mode is for; only a second ProxyDHCP server is in its way.
    if (server === undefined || (mode === 'proxy' && !server.isProxy)) return
    const did = server.isProxy ? 'named a boot file to' : `offered ${server.offered ?? 'options'} to`
    this.#tell(server.address, `${did} ${hardwareAddress(message)}`)
  }

  /** A reply may go to its client alone and never be heard here, but the client tells everyone whom it chose. */
  noticeChoice({ type, serverIdentifier: chosen, mac }: ClientRequest): void {
    const { own, mode } = this.#options
    if (type === 'REQUEST' && chosen !== undefined && chosen !== own && mode === 'full')
      this.#tell(chosen, `was chosen by ${mac}`)
  }

  #tell(address: Ipv4Address, did: string): void {
    const { told, emit } = this.#options
    if (!told.admits(`foreign ${address}`)) return
    emit({
      type: 'dhcp-foreign-server',
      address,
      text:
        `Another DHCP server, ${address}, ${did}. Targets may take its answer instead of ours and then find ` +
        'no boot file. Switch it off on this link, unplug it, or use proxy mode beside it.',
    })
  }
}
