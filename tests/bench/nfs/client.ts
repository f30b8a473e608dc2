/**
 * Measures a server's small calls for some seconds and prints one number: `client MODE SERVER FOLDER FILE SECONDS`.
 *
 *     lookups   LOOKUP and GETATTR by version 3 over TCP, 32 calls under way: pairs a second
 *     reads     READ of 1 KiB by version 2 over UDP, 32 under way as the OSKit has: a second
 *     latency   READ of 1 KiB by version 2 over UDP, one at a time: the 99th percentile in milliseconds
 */
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Writer } from '../../../electron/protocols/bytes.ts'
import { recordMark, RecordDecoder } from '../../../electron/protocols/sunrpc/records.ts'
import { callMessage, opaque, parseReply, readOpaque, text } from '../../servers/nfs/client.ts'

const [mode = '', server = '', folder = '', file = '', seconds = ''] = process.argv.slice(2)
const MOUNT = 100_005
const NFS = 100_003
const PORTS = { [MOUNT]: 20048, [NFS]: 2049 }
const UNDER_WAY = 32
const LOST_AFTER = 200

type Call = (
  program: typeof MOUNT | typeof NFS,
  version: number,
  procedure: number,
  write: (writer: Writer) => void,
) => Promise<Buffer>

const waiting = new Map<number, (reply: Buffer) => void>()
const take = (reply: Buffer) => {
  const xid = reply.readUInt32BE()
  waiting.get(xid)?.(reply)
  waiting.delete(xid)
}

function overTcp(): Call {
  const open = (port: number) => {
    const records = new RecordDecoder(2 ** 20)
    return connect(port, server)
      .setNoDelay()
      .on('data', (chunk: Buffer) => records.push(chunk).forEach(take))
  }
  const sockets = { [MOUNT]: open(PORTS[MOUNT]), [NFS]: open(PORTS[NFS]) }
  return (program, ...rest) => {
    const message = callMessage(program, ...rest)
    sockets[program].write(Buffer.concat([recordMark(message.length), message]))
    return new Promise((resolve) => waiting.set(message.readUInt32BE(), resolve))
  }
}

function overUdp(): Call {
  const socket = createSocket('udp4').on('message', take)
  return (program, ...rest) => {
    const message = callMessage(program, ...rest)
    const send = () => socket.send(message, PORTS[program], server)
    const again = setInterval(send, LOST_AFTER)
    send()
    return new Promise<Buffer>((resolve) => waiting.set(message.readUInt32BE(), resolve)).finally(() =>
      clearInterval(again),
    )
  }
}

/** Repeats `action`, with several under way, and counts how often it was done in a second. */
async function rateOf(action: (index: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + Number(seconds) * 1000
  let count = 0
  const one = async () => {
    while (performance.now() < end) await action(count++)
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, one))
  return count / Number(seconds)
}

function done(bytes: Buffer) {
  const { body } = parseReply(bytes)
  if (body.u32('status') !== 0) throw new Error('The server refused a call.')
  return body
}

async function lookups(): Promise<number> {
  const call = overTcp()
  const root = readOpaque(done(await call(MOUNT, 3, 1, (writer) => text(writer, folder))))
  return rateOf(async () => {
    const found = await call(NFS, 3, 3, (writer) => text(opaque(writer, root), file))
    const handle = readOpaque(done(found))
    done(await call(NFS, 3, 1, (writer) => opaque(writer, handle)))
  })
}

async function reader(): Promise<(index: number) => Promise<unknown>> {
  const call = overUdp()
  const handle = (bytes: Buffer) => Buffer.from(done(bytes).bytes(32, 'handle'))
  const root = handle(await call(MOUNT, 1, 1, (writer) => text(writer, folder)))
  const image = handle(await call(NFS, 2, 4, (writer) => text(writer.bytes(root), file)))
  return async (index) => {
    const offset = (index % 8192) * 1024
    done(await call(NFS, 2, 6, (writer) => writer.bytes(image).u32(offset).u32(1024).u32(0)))
  }
}

async function latency(): Promise<number> {
  const read = await reader()
  const times: number[] = []
  const end = performance.now() + Number(seconds) * 1000
  for (let index = 0; performance.now() < end; index++) {
    const began = performance.now()
    await read(index)
    times.push(performance.now() - began)
    await pause(1)
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)]!
}

const modes: Record<string, () => Promise<number>> = {
  lookups,
  reads: async () => rateOf(await reader()),
  latency,
}
console.log(await modes[mode]!())
process.exit()
