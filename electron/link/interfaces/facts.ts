import { networkInterfaces } from 'node:os'
import type { MacAddress, Subnet } from '../../protocols/addresses.ts'
import type { Lease } from './leases.ts'

/**
 * What an interface is made of. `other` is a real device that no boot firmware is ever connected to: a modem, a
 * Bluetooth personal network.
 */
export type InterfaceKind = 'wired' | 'wifi' | 'virtual' | 'loopback' | 'other'

/** An interface as the operating system describes it. */
export interface InterfaceFacts {
  readonly name: string
  readonly kind: InterfaceKind
  /** Whether there is a signal from the other end. */
  readonly link: 'up' | 'down' | 'unknown'
  /** In megabits a second, when the link is up and its driver tells. */
  readonly speed?: number
  readonly addresses: readonly Subnet[]
  readonly mac: MacAddress
  /** The largest IP packet in bytes that fits into one frame. */
  readonly mtu: number
  /** Whether this computer reaches the rest of the world through it. */
  readonly isDefaultRoute: boolean
  /** The address that this computer got there from another DHCP server. */
  readonly lease?: Lease
}

/** The MTU of Ethernet (RFC 894), for operating systems that are not asked for another. */
export const ETHERNET_MTU = 1500

/** IPv4 addresses by interface, as far as Node tells: on Unix it leaves out interfaces without a signal. */
export function runningAddresses(running = networkInterfaces()): Map<string, Subnet[]> {
  const found = new Map<string, Subnet[]>()
  for (const [name, addresses] of Object.entries(running))
    found.set(
      name,
      (addresses ?? [])
        .filter(({ family }) => family === 'IPv4')
        .map(({ address, cidr }) => ({ address, prefixLength: Number(cidr?.split('/')[1] ?? 32) })),
    )
  return found
}
