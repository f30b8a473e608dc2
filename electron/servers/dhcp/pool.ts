import {
  broadcastAddress,
  contains,
  ipv4FromNumber,
  ipv4ToNumber,
  networkAddress,
  type Ipv4Address,
  type Subnet,
} from '../../protocols/addresses.ts'

/** The addresses that may be given out, both ends included. */
export interface AddressPool {
  readonly first: Ipv4Address
  readonly last: Ipv4Address
}

/** More would only be memory for a flood of invented clients. */
const MOST_ADDRESSES = 65_536

/**
 * Every address that a host may have in the subnet of `subnet.address`, without that one where it is at an end.
 * Throws a `RangeError` when no address is left.
 */
export function defaultPool(subnet: Subnet): AddressPool {
  const own = ipv4ToNumber(subnet.address)
  // RFC 3021: a /31 has two hosts and neither a network nor a broadcast address.
  const margin = subnet.prefixLength >= 31 ? 0 : 1
  let first = ipv4ToNumber(networkAddress(subnet)) + margin
  let last = ipv4ToNumber(broadcastAddress(subnet)) - margin
  if (first === own) first += 1
  if (last === own) last -= 1
  if (first > last)
    throw new RangeError(
      `${subnet.address}/${subnet.prefixLength} leaves no address to give to a target. ` +
        'Give the interface an address with a shorter prefix, such as 10.77.0.1/24.',
    )
  return {
    first: ipv4FromNumber(first),
    last: ipv4FromNumber(Math.min(last, first + MOST_ADDRESSES - 1)),
  }
}

/** Throws a `RangeError` that says what is wrong with a pool that was chosen by hand. */
export function requireUsablePool({ first, last }: AddressPool, subnet: Subnet): void {
  const where = `${subnet.address}/${subnet.prefixLength}`
  const outside = [first, last].find((address) => !contains(subnet, address))
  if (outside !== undefined)
    throw new RangeError(
      `The pool's ${outside} is not in ${where}. Choose addresses of the interface's subnet.`,
    )
  if (ipv4ToNumber(first) > ipv4ToNumber(last))
    throw new RangeError(`The pool's first address ${first} comes after its last, ${last}. Swap them.`)
}
