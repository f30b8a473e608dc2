import { DecodeError, Reader, Writer } from '../bytes.ts'
import { readAcknowledgement, writeAcknowledgement, type Acknowledgement } from './acknowledgement.ts'
import { readData, writeData, type Data } from './data.ts'
import { readError, writeError, type ErrorPacket } from './error.ts'
import type { Option } from './option.ts'
import {
  readOptionAcknowledgement,
  writeOptionAcknowledgement,
  type OptionAcknowledgement,
} from './option-acknowledgement.ts'
import { readRequest, writeRequest, type Request } from './request.ts'

/** Where requests go (RFC 1350 section 4). */
export const TFTP_PORT = 69

export type Packet = Request | Data | Acknowledgement | ErrorPacket | OptionAcknowledgement

const opcodes: Readonly<Record<Packet['type'], number>> = {
  'read-request': 1,
  'write-request': 2,
  data: 3,
  acknowledgement: 4,
  error: 5,
  'option-acknowledgement': 6,
}

/** Reads any TFTP packet (RFC 1350 section 5, RFC 2347). Throws a `DecodeError` and nothing else. */
export function decodePacket(bytes: Uint8Array): Packet {
  const reader = new Reader(bytes)
  const opcode = reader.u16('opcode')
  switch (opcode) {
    case opcodes['read-request']:
      return readRequest(reader, 'read-request')
    case opcodes['write-request']:
      return readRequest(reader, 'write-request')
    case opcodes.data:
      return readData(reader)
    case opcodes.acknowledgement:
      return readAcknowledgement(reader)
    case opcodes.error:
      return readError(reader)
    case opcodes['option-acknowledgement']:
      return readOptionAcknowledgement(reader)
    default:
      throw new DecodeError('unrecognised', 'opcode', 0, String(opcode))
  }
}

export function encodePacket(packet: Packet): Buffer {
  const writer = new Writer(packet.type === 'data' ? packet.payload.length + 4 : undefined)
  writer.u16(opcodes[packet.type])
  switch (packet.type) {
    case 'read-request':
    case 'write-request':
      writeRequest(writer, packet)
      break
    case 'data':
      writeData(writer, packet)
      break
    case 'acknowledgement':
      writeAcknowledgement(writer, packet)
      break
    case 'error':
      writeError(writer, packet)
      break
    case 'option-acknowledgement':
      writeOptionAcknowledgement(writer, packet)
      break
  }
  return writer.finish()
}

/** One line for people, such as `RRQ pxelinux.0 octet blksize=1432 tsize=0`. */
export function summary(packet: Packet): string {
  switch (packet.type) {
    case 'read-request':
      return ['RRQ', packet.file, packet.mode, ...pairs(packet.options)].join(' ')
    case 'write-request':
      return ['WRQ', packet.file, packet.mode, ...pairs(packet.options)].join(' ')
    case 'data':
      return `DATA ${packet.block}, ${packet.payload.length} bytes`
    case 'acknowledgement':
      return `ACK ${packet.block}`
    case 'error':
      return `ERROR ${packet.code} ${packet.text}`.trimEnd()
    case 'option-acknowledgement':
      return ['OACK', ...pairs(packet.options)].join(' ')
  }
}

function pairs(options: readonly Option[]): string[] {
  return options.map(({ name, value }) => `${name}=${value}`)
}
