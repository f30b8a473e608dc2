import { ANY_ADDRESS } from '../addresses.ts'
import { DecodeError } from '../bytes.ts'
import { BROADCAST_FLAG, hardwareAddress, type DhcpMessage } from './message.ts'
import type { OptionCodec } from './options.ts'
import { clientArchitecture } from './options/client-architecture.ts'
import { clientIdentifier } from './options/client-identifier.ts'
import { machineIdentifier } from './options/machine-identifier.ts'
import { messageType } from './options/message-type.ts'
import { networkInterface } from './options/network-interface.ts'
import { parameterRequestList } from './options/parameter-request-list.ts'
import { pxeOptions } from './options/pxe.ts'
import { relayAgentInformation } from './options/relay-agent.ts'
import * as standard from './options/standard.ts'
import { userClass } from './options/user-class.ts'

const KNOWN = new Map<number, OptionCodec<unknown>>(
  [
    ...Object.values(standard),
    clientArchitecture,
    clientIdentifier,
    machineIdentifier,
    messageType,
    networkInterface,
    parameterRequestList,
    relayAgentInformation,
    userClass,
  ].map((option) => [option.code, option as OptionCodec<unknown>]),
)

/**
 * A message for people: what it is on the first line, then its fields and options, one a line, in the order
 * in which they were sent. Malformed options are shown as bytes; this never throws.
 */
export function summary(message: DhcpMessage): string {
  const lines = [`${kindOf(message)} 0x${message.xid.toString(16).padStart(8, '0')}, ${clientOf(message)}`]
  for (const field of ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const)
    if (message[field] !== ANY_ADDRESS) lines.push(`${field}: ${message[field]}`)
  if (message.sname !== '') lines.push(`sname: ${JSON.stringify(message.sname)}`)
  if (message.file !== '') lines.push(`file: ${JSON.stringify(message.file)}`)
  if (message.vendor.length > 0) lines.push(`vendor field: ${hex(message.vendor)}`)
  const isPxe = vendorClassOf(message)?.startsWith('PXEClient') === true
  for (const [code, value] of message.options) {
    if (code !== messageType.code) lines.push(describe(code, Buffer.from(value), isPxe))
  }
  return lines.join('\n')
}

/** `DISCOVER`, `ACK` and so on; `BOOTREQUEST` or `BOOTREPLY` when there is no message type. */
export function kindOf({ op, options }: DhcpMessage): string {
  const type = attempt(() => options.get(messageType))
  return type ?? (op === 'request' ? 'BOOTREQUEST' : 'BOOTREPLY')
}

function clientOf(message: DhcpMessage): string {
  const flags = (message.flags & BROADCAST_FLAG) !== 0 ? ', broadcast' : ''
  return `client ${hardwareAddress(message)}, ${message.secs} s${flags}`
}

function vendorClassOf({ options }: DhcpMessage): string | undefined {
  return attempt(() => options.get(standard.vendorClass))
}

function describe(code: number, value: Buffer, isPxe: boolean): string {
  const known = code === pxeOptions.code && isPxe ? pxeOptions : KNOWN.get(code)
  if (known === undefined) return `option ${code}: ${hex(value)}`
  const text = attempt(() => known.describe(known.decode(value)))
  return `${known.name}: ${text ?? `malformed, ${hex(value)}`}`
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function hex(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.subarray(0, 32)).toString('hex')
  return bytes.length > 32 ? `${shown}… (${bytes.length} bytes)` : shown
}
