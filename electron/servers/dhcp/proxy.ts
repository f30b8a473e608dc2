import type { BootAnswer } from '../../chains/chain.ts'
import type { Link } from '../../link/link.ts'
import { ANY_ADDRESS, BROADCAST_ADDRESS } from '../../protocols/addresses.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { CLIENT_PORT, PXE_PORT, SERVER_PORT, message } from '../../protocols/dhcp/message.ts'
import { Options } from '../../protocols/dhcp/options.ts'
import { messageType } from '../../protocols/dhcp/options/message-type.ts'
import { LOAD_OFFERED_FILE, pxeOptions, type PxeOptions } from '../../protocols/dhcp/options/pxe.ts'
import { serverIdentifier, vendorClass } from '../../protocols/dhcp/options/standard.ts'
import { echo, envelope, type Outcome } from './reply.ts'
import type { ClientRequest } from './request.ts'

export interface ProxyModeOptions {
  readonly link: Link
  /** Undefined when this chain cannot boot the client. */
  readonly boot: (request: ClientRequest) => BootAnswer | undefined
}

/**
 * The boot server beside a DHCP server that gives the addresses (PXE 2.1 sections 2.1 and 2.2). It tells PXE
 * firmware which file to load and gives nobody an address.
 */
export class ProxyMode {
  readonly #options: ProxyModeOptions

  constructor(options: ProxyModeOptions) {
    this.#options = options
  }

  answer(request: ClientRequest, port: typeof SERVER_PORT | typeof PXE_PORT): Outcome {
    const { type } = request
    if (!request.isPxe)
      return {
        ignored: 'in proxy mode only PXE firmware is answered; its address comes from the other server',
      }
    const isDiscover = port === SERVER_PORT && type === 'DISCOVER'
    const isBootRequest = port === PXE_PORT && (type === 'REQUEST' || type === 'INFORM')
    if (!isDiscover && !isBootRequest)
      return { ignored: `in proxy mode a ${type ?? 'BOOTP request'} to port ${port} is for the other server` }
    const boot = this.#options.boot(request)
    if (boot === undefined) return { ignored: 'this chain cannot boot it' }
    return isDiscover ? this.#offer(request, boot) : this.#acknowledge(request, boot)
  }

  #offer(request: ClientRequest, boot: BootAnswer): Outcome {
    // UEFI takes option 43 for a menu to show, and fetches the file name from port 4011 when there is none.
    const pxe = request.client.firmware === 'uefi' ? undefined : { discoveryControl: LOAD_OFFERED_FILE }
    return this.#reply(request, 'OFFER', boot, pxe)
  }

  #acknowledge(request: ClientRequest, boot: BootAnswer): Outcome {
    const bootItem = readBootItem(request)
    return this.#reply(request, 'ACK', boot, bootItem === undefined ? undefined : { bootItem })
  }

  #reply(
    request: ClientRequest,
    type: 'OFFER' | 'ACK',
    boot: BootAnswer,
    pxe: PxeOptions | undefined,
  ): Outcome {
    const { link } = this.#options
    const { ciaddr, giaddr } = request.message
    const options = new Options()
      .set(messageType, type)
      .set(serverIdentifier, link.address)
      .set(vendorClass, 'PXEClient')
    if (pxe !== undefined) options.set(pxeOptions, pxe)
    echo(request, options)
    // A boot request comes from an address that answers ARP, and is answered at the port it came from.
    const asked = { address: request.from.address, port: request.from.port }
    const everybody = { address: BROADCAST_ADDRESS, port: CLIENT_PORT }
    const relay = { address: giaddr, port: SERVER_PORT }
    const toClient = type === 'ACK' && asked.address !== ANY_ADDRESS ? asked : everybody
    return {
      message: message({
        ...envelope(request),
        ciaddr: type === 'ACK' ? ciaddr : ANY_ADDRESS,
        siaddr: link.address,
        file: boot.file,
        options,
      }),
      to: giaddr === ANY_ADDRESS ? toClient : relay,
      limits: { maximum: request.maximumLength },
    }
  }
}

function readBootItem({ message: { options } }: ClientRequest): PxeOptions['bootItem'] {
  try {
    return options.get(pxeOptions)?.bootItem
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
