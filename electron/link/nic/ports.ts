import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { ANY_ADDRESS, type Ipv4Address } from '../../protocols/addresses.ts'
import type { LinkError } from '../link.ts'
import * as native from '../native/sockets.ts'

/** Which interface sockets are opened for, and the address of it that they speak from. */
export interface Attachment {
  readonly name: string
  readonly address: Ipv4Address
}

/**
 * The two sockets behind a port. A socket bound to an interface's address never hears a broadcast, and one bound
 * to 0.0.0.0 sends from the interface's first address, whichever that is: so one hears broadcasts, the other one
 * hears what is sent to the address and sends. On Windows, where a bound address hears broadcasts, both are one.
 */
export interface PortSockets {
  readonly hearing: Socket
  readonly speaking: Socket
}

/** What a keeper has opened again, by port number: UDP ports, and TCP ports that listen. */
export interface RestoredPorts {
  readonly datagrams: Map<number, PortSockets | LinkError>
  readonly streams: Map<number, Server | LinkError>
}

/** Opens the ports of an interface again that this process may no longer open. */
export interface PortKeeper {
  /**
   * Puts the interface back as it was for the session, its address included, and opens its ports, or tells why
   * one of them cannot be had. Rejects with a `LinkError`.
   */
  restore(): Promise<RestoredPorts>
  /** Gives back whatever was taken for the session. */
  close(): Promise<void>
}

/** Opens a UDP port; 0 is a free one. Throws the system's error. */
export async function openPort(attachment: Attachment, port: number): Promise<PortSockets> {
  if (!native.hasNativeSockets) return openByAddress(attachment, port)
  const hearing = openSocket((fd) => {
    native.bindToInterface(fd, attachment.name)
    // Without SO_REUSEADDR: a port that someone else has is to be an error, and not a shared one.
    native.bind(fd, ANY_ADDRESS, port)
  })
  try {
    native.setFlag(hearing.fd, 'reuseAddress', true)
    const speaking = openSocket((fd) => {
      native.setFlag(fd, 'reuseAddress', true)
      native.setFlag(fd, 'broadcast', true)
      native.bindToInterface(fd, attachment.name)
      native.bind(fd, attachment.address, hearing.socket.address().port)
    })
    // The second bind needed it, and libuv sets it on every descriptor it is given. From here on it would let
    // another program take the port.
    for (const { fd } of [hearing, speaking]) native.setFlag(fd, 'reuseAddress', false)
    return { hearing: hearing.socket, speaking: speaking.socket }
  } catch (error) {
    hearing.socket.close()
    throw error
  }
}

export function closePort({ hearing, speaking }: PortSockets): void {
  hearing.close()
  if (speaking !== hearing) speaking.close()
}

/** Makes a socket as `prepare` wants it and gives it to `dgram`, which then owns the descriptor. */
export function openSocket(prepare: (fd: number) => void): { readonly socket: Socket; readonly fd: number } {
  const fd = native.openUdp()
  const socket = createSocket('udp4')
  try {
    prepare(fd)
    socket.bind({ fd })
    return { socket, fd }
  } catch (error) {
    native.closeDescriptor(fd)
    socket.close()
    throw error
  }
}

async function openByAddress({ address }: Attachment, port: number): Promise<PortSockets> {
  const socket = createSocket('udp4')
  try {
    socket.bind({ address, port, exclusive: true })
    await once(socket, 'listening')
    socket.setBroadcast(true)
    return { hearing: socket, speaking: socket }
  } catch (error) {
    socket.close()
    throw error
  }
}
