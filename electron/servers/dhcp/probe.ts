import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Emit } from '../../clients/events.ts'
import {
  LinkError,
  type DatagramHandler,
  type Endpoint,
  type Link,
  type LinkSocket,
} from '../../link/link.ts'
import { BROADCAST_ADDRESS, type Ipv4Address } from '../../protocols/addresses.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { decodeMessage } from '../../protocols/dhcp/decode.ts'
import { encodeMessage } from '../../protocols/dhcp/encode.ts'
import { BROADCAST_FLAG, CLIENT_PORT, SERVER_PORT, message } from '../../protocols/dhcp/message.ts'
import { Options } from '../../protocols/dhcp/options.ts'
import { clientArchitecture } from '../../protocols/dhcp/options/client-architecture.ts'
import { machineIdentifier } from '../../protocols/dhcp/options/machine-identifier.ts'
import { messageType } from '../../protocols/dhcp/options/message-type.ts'
import { networkInterface } from '../../protocols/dhcp/options/network-interface.ts'
import { parameterRequestList } from '../../protocols/dhcp/options/parameter-request-list.ts'
import { vendorClass } from '../../protocols/dhcp/options/standard.ts'
import { foreignServerOf, type ForeignServer } from './foreign.ts'

const DISCOVERS = 3

/**
 * Looks for other DHCP and ProxyDHCP servers on a link as a new machine would: three DISCOVERs of PXE firmware
 * over `seconds`, and a third of that to wait for late answers. They come from an invented hardware address, so
 * that an offer costs nobody a lease. Every server that answered is told once. Rejects with a `LinkError` when neither port can be opened.
 *
 * Where this computer's own DHCP client holds port 68, the probe asks as a relay agent from port 67 instead. Not
 * every server answers those, and the notice says so.
 */
export async function probeForServers(
  link: Link,
  { seconds = 3, emit }: { readonly seconds?: number; readonly emit?: Emit } = {},
): Promise<readonly ForeignServer[]> {
  const xid = randomBytes(4).readUInt32BE(0)
  const found = new Map<Ipv4Address, ForeignServer>()
  const listen: DatagramHandler = (data, from) => {
    const server = answerTo(xid, data, from, link.address)
    if (server !== undefined && !found.has(server.address)) found.set(server.address, server)
  }
  const { socket, isRelay } = await openProbe(link, listen, emit)
  try {
    const discover = probeDiscover(xid, isRelay ? link.address : undefined)
    const interval = (1000 * seconds) / DISCOVERS
    for (let sent = 0; sent < DISCOVERS; sent += 1) {
      socket.send(discover, { address: BROADCAST_ADDRESS, port: SERVER_PORT })
      await wait(interval)
    }
    // dnsmasq pings an address for 3 seconds before it offers it.
    await wait(interval)
  } finally {
    socket.close()
  }
  return [...found.values()]
}

async function openProbe(
  link: Link,
  listen: DatagramHandler,
  emit: Emit | undefined,
): Promise<{ socket: LinkSocket; isRelay: boolean }> {
  try {
    return { socket: await link.open(CLIENT_PORT, listen), isRelay: false }
  } catch (error) {
    if (!(error instanceof LinkError) || error.code !== 'port-taken') throw error
    const socket = await link.open(SERVER_PORT, listen)
    emit?.({
      type: 'notice',
      level: 'info',
      text: `Port ${CLIENT_PORT} is taken by this computer's own DHCP client, so the search for other DHCP servers may miss one.`,
      remedy: `If you know of another server on ${link.name}, use proxy mode.`,
    })
    return { socket, isRelay: true }
  }
}

/**
 * A DISCOVER of PXE firmware from an invented hardware address, to be answered by broadcast. `relay`: the address
 * to which the answers are to be sent, when they are not awaited on the client's port.
 */
export function probeDiscover(xid: number, relay?: Ipv4Address): Buffer {
  const chaddr = randomBytes(6)
  // Locally administered and not a group's (IEEE 802, section 8.2): nobody's real address.
  chaddr[0] = (chaddr[0]! & 0xfc) | 0x02
  const options = new Options()
    .set(messageType, 'DISCOVER')
    .set(parameterRequestList, [1, 3, 43, 60, 66, 67])
    .set(vendorClass, 'PXEClient:Arch:00000:UNDI:002001')
    .set(clientArchitecture, [0])
    .set(networkInterface, { type: 1, major: 2, minor: 1 })
    .set(machineIdentifier, { type: 0, guid: randomBytes(16) })
  const fields = { op: 'request' as const, xid, flags: BROADCAST_FLAG, chaddr, options }
  return encodeMessage(message(relay === undefined ? fields : { ...fields, giaddr: relay })).bytes
}

function answerTo(xid: number, data: Buffer, from: Endpoint, own: Ipv4Address): ForeignServer | undefined {
  try {
    const reply = decodeMessage(data)
    return reply.xid === xid ? foreignServerOf(reply, from, own) : undefined
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
