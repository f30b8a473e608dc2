import { onTestFinished } from 'vitest'
import type { Happening, HappeningOf } from '../../../electron/clients/events.ts'
import type { Endpoint } from '../../../electron/link/link.ts'
import { macToBytes, type MacAddress } from '../../../electron/protocols/addresses.ts'
import { decodeMessage } from '../../../electron/protocols/dhcp/decode.ts'
import { encodeMessage } from '../../../electron/protocols/dhcp/encode.ts'
import { message, type DhcpMessage } from '../../../electron/protocols/dhcp/message.ts'
import { Options } from '../../../electron/protocols/dhcp/options.ts'
import { messageType, type MessageType } from '../../../electron/protocols/dhcp/options/message-type.ts'
import { requestedAddress, serverIdentifier } from '../../../electron/protocols/dhcp/options/standard.ts'
import { DhcpServer, type DhcpServerOptions } from '../../../electron/servers/dhcp/server.ts'
import { FakeLink } from '../fake-link.ts'

export const MAC = '52:54:00:12:34:56'
export const NOBODY: Endpoint = { address: '0.0.0.0', port: 68 }

export interface Answer {
  readonly to: Endpoint
  readonly fromPort: number
  readonly bytes: Buffer
  readonly message: DhcpMessage
  readonly type: MessageType | undefined
}

/** A server on a link in memory, with what it tells and what it answers. */
export class Harness {
  readonly link: FakeLink
  readonly events: Happening[] = []
  readonly server: DhcpServer

  static async start(options: Partial<DhcpServerOptions> = {}, link = new FakeLink()): Promise<Harness> {
    const events: Happening[] = []
    const server = await DhcpServer.start(link, {
      mode: 'full',
      bootAnswer: () => ({ file: 'pxelinux.0' }),
      emit: (happening) => events.push(happening),
      ...options,
    })
    onTestFinished(() => server.close())
    return new Harness(link, events, server)
  }

  private constructor(link: FakeLink, events: Happening[], server: DhcpServer) {
    this.link = link
    this.events = events
    this.server = server
  }

  /** Delivers bytes to the server and gives back its answers. */
  deliver(bytes: Uint8Array, from = NOBODY, port = 67): Answer[] {
    this.link.takeSent()
    this.link.deliver(port, bytes, from)
    return this.link.takeSent().map(({ to, fromPort, data }) => {
      const decoded = decodeMessage(data)
      return { to, fromPort, bytes: data, message: decoded, type: decoded.options.get(messageType) }
    })
  }

  /** The one answer to a message; fails when there is none. */
  ask(bytes: Uint8Array, from = NOBODY, port = 67): Answer {
    const [answer, ...others] = this.deliver(bytes, from, port)
    if (answer === undefined || others.length > 0) throw new Error(`${others.length} more answers than one`)
    return answer
  }

  /** DISCOVER and REQUEST: the address that a client ends up with. */
  obtain(mac: MacAddress): string {
    const offer = this.ask(request('DISCOVER', { mac }))
    const ack = this.ask(select(mac, offer.message.yiaddr))
    return ack.message.yiaddr
  }

  told<T extends Happening['type']>(type: T): HappeningOf<T>[] {
    return this.events.filter((event): event is HappeningOf<T> => event.type === type)
  }
}

interface RequestFields extends Partial<Omit<DhcpMessage, 'options'>> {
  readonly mac?: MacAddress
  /** Adds options after the message type. */
  readonly with?: (options: Options) => Options
}

/** A client's message; without a type it is BOOTP. */
export function request(type: MessageType | undefined, fields: RequestFields = {}): Buffer {
  const { mac = MAC, with: add = (options) => options, ...rest } = fields
  const options = new Options()
  if (type !== undefined) options.set(messageType, type)
  return encodeMessage(
    message({ op: 'request', xid: 0x1234, chaddr: macToBytes(mac), options: add(options), ...rest }),
  ).bytes
}

/** The REQUEST of a client that takes an offer. */
export function select(mac: MacAddress, address: string, server = '10.77.0.1'): Buffer {
  return request('REQUEST', {
    mac,
    with: (options) => options.set(requestedAddress, address).set(serverIdentifier, server),
  })
}

export function macNumber(index: number): MacAddress {
  return `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`
}
