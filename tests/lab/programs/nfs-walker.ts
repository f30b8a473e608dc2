/**
 * A client that mounts, walks and reads as XNU does for its root, over real sockets: `SERVER VERSION tcp|udp FILE`.
 * Prints `{ names, sha256 }` in JSON: what is in the export, and the file's hash.
 */
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { RecordDecoder, recordMark } from '../../../electron/protocols/sunrpc/records.ts'
import { Client3, type Transport } from '../../servers/nfs/client.ts'
import { Client2 } from '../../servers/nfs/client2.ts'

const [server = '', version = '', protocol = '', file = ''] = process.argv.slice(2)
const LOST_AFTER = 500
/** What a client asks for at once: 32 KiB, of which the server gives as much as the transport carries well. */
const COUNT = 32_768

const waiting = new Map<number, (reply: Buffer) => void>()
const take = (reply: Buffer) => waiting.get(reply.readUInt32BE())?.(reply)

function overUdp(): Transport {
  const socket = createSocket('udp4').on('message', take).unref()
  return {
    call: (port, message) => {
      const send = () => socket.send(message, port, server)
      const again = setInterval(send, LOST_AFTER)
      send()
      return new Promise<Buffer>((resolve) => waiting.set(message.readUInt32BE(), resolve)).finally(() =>
        clearInterval(again),
      )
    },
  }
}

function overTcp(): Transport {
  const sockets = new Map<number, Socket>()
  const open = (port: number) => {
    const records = new RecordDecoder(2 ** 21)
    const socket = connect(port, server).on('data', (chunk: Buffer) => records.push(chunk).forEach(take))
    sockets.set(port, socket)
    return socket
  }
  return {
    call: (port, message) => {
      const socket = sockets.get(port) ?? open(port)
      socket.write(Buffer.concat([recordMark(message.length), message]))
      return new Promise((resolve) => waiting.set(message.readUInt32BE(), resolve))
    },
  }
}

const transport = protocol === 'udp' ? overUdp() : overTcp()
const client = version === '3' ? new Client3(transport) : new Client2(transport)
const { handle: root } = await client.mount('/')
const names = (await client.names(root)).sort()
const { handle } = await client.lookup(root, file)
const content = await client.readAll(handle, version === '3' ? COUNT : 8192)
console.log(JSON.stringify({ names, sha256: createHash('sha256').update(content).digest('hex') }))
process.exit()
