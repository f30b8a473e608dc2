import type { Duplex } from 'node:stream'
import type { Ipv4Address, MacAddress } from '../protocols/addresses.ts'

/** One end of a UDP conversation. */
export interface Endpoint {
  readonly address: Ipv4Address
  readonly port: number
}

/** `data` is only valid during the call: a link may use its memory again for the next datagram. */
export type DatagramHandler = (data: Buffer, from: Endpoint) => void

/** A UDP port of a link's address that hears everyone on that link, limited and subnet broadcasts included. */
export interface LinkSocket {
  readonly port: number
  /** Sends one datagram from this port. Delivery is UDP's: a failure is reported to the link, never thrown. */
  send(data: Uint8Array, to: Endpoint): void
  close(): void
}

/** A UDP conversation with one peer, from an ephemeral port. It hears nobody else. */
export interface PeerSocket {
  readonly port: number
  send(data: Uint8Array): void
  /**
   * Sends `data` as consecutive datagrams of `segmentSize` bytes each, the last one shorter if need be. A link
   * hands them over in one system call where it can.
   */
  sendSegments(data: Uint8Array, segmentSize: number): void
  close(): void
}

/** Some bytes of an open file. */
export interface FileBytes {
  readonly fd: number
  readonly offset: number
  readonly length: number
}

/** A TCP connection that a peer opened. Destroying it resets it; an error on it is the end of it alone. */
export interface LinkConnection extends Duplex {
  readonly peer: Endpoint
  /**
   * Hands `head` and then bytes of an open file to the system, which takes those as they are on the disk, past this
   * process's memory; absent where the system has no way to do that. To be called when all that was written before
   * is with the system. Resolves with how many of both together it took: fewer when it has others to send first, or
   * when they cannot be read.
   */
  readonly sendFile?: (head: Buffer, file: FileBytes) => Promise<number>
}

/** A TCP port of a link's address. Closing it leaves the connections that came by it as they are. */
export interface LinkListener {
  readonly port: number
  close(): void
}

/** What happened to a link while it was open. */
export type LinkChange =
  | { readonly state: 'up' | 'down' | 'removed' | 'returned' }
  | { readonly state: 'error'; readonly reason: string }

/**
 * Where datagrams come and go: a real interface (`nic.ts`) or the virtual cable (`wire.ts`). Whatever is sent
 * leaves by this link with its address as source; whatever is heard came in by it.
 */
export interface Link {
  /** The interface's name, or `wire`. */
  readonly name: string
  readonly hardwareAddress: MacAddress
  readonly address: Ipv4Address
  readonly prefixLength: number
  /** The largest IP packet in bytes that leaves in one frame. */
  readonly mtu: number

  /** Opens a UDP port. Rejects with a `LinkError` that says why and what to do. */
  open(port: number, onDatagram: DatagramHandler): Promise<LinkSocket>
  /** Opens an ephemeral port that talks to `peer` alone. */
  connect(peer: Endpoint, onDatagram: (data: Buffer) => void): Promise<PeerSocket>
  /** The hardware address that answers for `address` on this link, as far as this computer has heard. */
  hardwareAddressOf(address: Ipv4Address): Promise<MacAddress | undefined>
  /** Asks the link whether anyone answers for `address`; takes at most `timeout` milliseconds. */
  isInUse(address: Ipv4Address, timeout: number): Promise<boolean>
  /** Calls `listener` at every change from now on; the result stops that. */
  onChange(listener: (change: LinkChange) => void): () => void
  /** Closes every socket and gives back whatever the link took for the session. */
  close(): Promise<void>
}

/** A link that has TCP as well. */
export interface StreamLink extends Link {
  /** Opens a TCP port. Rejects with a `LinkError` that says why and what to do. */
  listen(port: number, onConnection: (connection: LinkConnection) => void): Promise<LinkListener>
}

export function hasStreams(link: Link): link is StreamLink {
  return 'listen' in link
}

/** A way out: a whole sentence, or what each face has its own way to do. */
export type LinkRemedy =
  | string
  | { readonly action: 'give-address'; readonly address: string }
  | { readonly action: 'start-elevated' }
  | { readonly action: 'find-port-owner'; readonly protocol: 'UDP' | 'TCP'; readonly port: number }

/** Why a link or one of its ports could not be opened, and the ways out. */
export class LinkError extends Error {
  override readonly name = 'LinkError'
  readonly code: 'no-interface' | 'no-address' | 'port-taken' | 'not-permitted' | 'failed'
  readonly remedies: readonly LinkRemedy[]

  constructor(code: LinkError['code'], message: string, remedies: readonly LinkRemedy[]) {
    super(message)
    this.code = code
    this.remedies = remedies
  }
}
