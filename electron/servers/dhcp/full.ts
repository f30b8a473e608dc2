import type { BootAnswer } from '../../chains/chain.ts'
import type { Link } from '../../link/link.ts'
import { ANY_ADDRESS, contains, type Ipv4Address, type MacAddress } from '../../protocols/addresses.ts'
import type { LeaseTable } from './leases.ts'
import { bootpReply, grantReply, refusal, type Grant, type Outcome } from './reply.ts'
import type { ClientRequest } from './request.ts'

export interface FullModeOptions {
  readonly link: Link
  readonly leases: LeaseTable
  readonly leaseSeconds: number
  readonly hostName: (mac: MacAddress) => string
  /** Undefined when this chain cannot boot the client: it gets an address and no boot file. */
  readonly boot: (request: ClientRequest) => BootAnswer | undefined
  /** A client found its address in use. */
  readonly onDecline: (mac: MacAddress, address: Ipv4Address) => void
}

/** A BOOTP client never renews, so its lease only has to outlast a working day; it gets the same address again. */
const BOOTP_LEASE_SECONDS = 24 * 60 * 60

const NO_ADDRESS_LEFT = 'every address of the pool is taken'

/** The DHCP server of a link that has no other (RFC 2131 section 4.3). */
export class FullMode {
  readonly #options: FullModeOptions

  constructor(options: FullModeOptions) {
    this.#options = options
  }

  answer(request: ClientRequest): Outcome {
    switch (request.type) {
      case undefined:
        return this.#bootp(request)
      case 'DISCOVER':
        return this.#discover(request)
      case 'REQUEST':
        return this.#request(request)
      case 'INFORM':
        return this.#inform(request)
      case 'RELEASE':
        return this.#release(request)
      case 'DECLINE':
        return this.#decline(request)
      case 'OFFER':
      case 'ACK':
      case 'NAK':
        return { ignored: `${request.type} is no message of a client` }
    }
  }

  #bootp(request: ClientRequest): Outcome {
    const { leases, link } = this.#options
    const address = leases.offer(request.mac)
    if (address === undefined || !leases.bind(request.mac, address, BOOTP_LEASE_SECONDS))
      return { ignored: NO_ADDRESS_LEFT }
    return bootpReply(link, request, this.#grant(request, address))
  }

  #discover(request: ClientRequest): Outcome {
    const { leases, link, leaseSeconds } = this.#options
    const address = leases.offer(request.mac, request.requestedAddress)
    if (address === undefined) return { ignored: NO_ADDRESS_LEFT }
    return grantReply(link, request, 'OFFER', { ...this.#grant(request, address), leaseSeconds })
  }

  /** RFC 2131 section 4.3.2: what a REQUEST is for shows in which of its fields are filled. */
  #request(request: ClientRequest): Outcome {
    const { link, leases } = this.#options
    const { serverIdentifier, mac } = request
    if (serverIdentifier !== undefined && serverIdentifier !== link.address) {
      leases.withdraw(mac)
      return { ignored: `it took the offer of another server, ${serverIdentifier}` }
    }
    const { ciaddr } = request.message
    const address = request.requestedAddress ?? (ciaddr === ANY_ADDRESS ? undefined : ciaddr)
    if (address === undefined) return { ignored: 'it names no address' }
    if (!contains(link, address))
      return refusal(link, request, `${address} is not in the network of this link`)
    // RFC 2131: a server that knows nothing of a client that woke up (INIT-REBOOT) stays silent.
    const isReboot = serverIdentifier === undefined && ciaddr === ANY_ADDRESS
    const known = leases.addressOf(mac)
    if (isReboot && known === undefined)
      return { ignored: `it asks for ${address} back, which it did not get from here` }
    if (isReboot && known !== address) return refusal(link, request, `${address} is not this client's`)
    // Another server of this network may have given it, and is the one to say yes or no.
    const isUnknown = ciaddr !== ANY_ADDRESS && known !== address
    if (serverIdentifier === undefined && isUnknown && !leases.manages(address))
      return { ignored: `it renews ${address}, which it did not get from here` }
    return this.#bind(request, address)
  }

  #bind(request: ClientRequest, address: Ipv4Address): Outcome {
    const { link, leases, leaseSeconds } = this.#options
    if (!leases.bind(request.mac, address, leaseSeconds))
      return refusal(link, request, `${address} is not this client's`)
    return grantReply(link, request, 'ACK', { ...this.#grant(request, address), leaseSeconds })
  }

  /** RFC 2131 section 4.3.5: the client has an address and wants the rest. */
  #inform(request: ClientRequest): Outcome {
    const { link } = this.#options
    const { ciaddr } = request.message
    if (ciaddr === ANY_ADDRESS || !contains(link, ciaddr))
      return { ignored: `its address ${ciaddr} is not in the network of this link` }
    return grantReply(link, request, 'ACK', this.#grant(request, ciaddr))
  }

  #release({ mac, message: { ciaddr } }: ClientRequest): Outcome {
    const released = this.#options.leases.release(mac, ciaddr)
    return { ignored: released ? 'a RELEASE has no answer' : `${ciaddr} is not its address` }
  }

  #decline({ mac, requestedAddress }: ClientRequest): Outcome {
    if (requestedAddress === undefined) return { ignored: 'it names no address' }
    if (!this.#options.leases.decline(mac, requestedAddress))
      return { ignored: `${requestedAddress} is not its address` }
    this.#options.onDecline(mac, requestedAddress)
    return { ignored: 'a DECLINE has no answer' }
  }

  #grant(request: ClientRequest, address: Ipv4Address): Grant {
    const { hostName, boot } = this.#options
    return { address, hostName: hostName(request.mac), boot: boot(request) }
  }
}
