/**
 * Calls the NFS services with what nobody should: random and changed arguments, forged handles, names that cannot be.
 * Parameters: the server's address, `tcp` or `udp`, and how many calls. Every one of them is to be answered. Prints
 * `{ answered, faults }` in JSON: how many were, and how many answers say that the server could not go on.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [server = '', transport = '', count = ''] = process.argv.slice(2)
const PROGRAMS = { 111: 100_000, 2049: 100_003, 20048: 100_005 } as const
type Port = keyof typeof PROGRAMS
/** Most calls go to NFS itself. */
const CONNECTIONS: readonly Port[] = [2049, 2049, 2049, 2049, 111, 20048]
const BURST = 32
const SYSTEM_ERROR = 5
/** Where what follows the xid and the type of a call begins, counted from the record mark. */
const VERSION_OF_RPC = 12
/** Milliseconds after which a datagram is sent again. */
const LOST_AFTER = 500
const NAMES = [
  '/',
  '..',
  '.',
  '',
  'a/b',
  'x\0',
  'x'.repeat(255),
  'x'.repeat(256),
  'loop',
  'file',
  'busy',
  'sub',
]

/** xorshift32 (Marsaglia 2003): the same calls every time. */
let state = 0x9e3779b9
function dice(sides: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % sides
}
const pick = <T>(choices: readonly T[]) => choices[dice(choices.length)]!
const word = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}
const opaque = (bytes: Buffer) =>
  Buffer.concat([word(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
const random = (length: number) => Buffer.from(Array.from({ length }, () => dice(256)))

let xid = 0
/** A call with its record mark: no credential, no verifier. */
function call(program: number, version: number, procedure: number, rest: Buffer): Buffer {
  const head = [(xid += 1), 0, 2, program, version, procedure, 0, 0, 0, 0].map(word)
  const message = Buffer.concat([...head, rest])
  return Buffer.concat([word(0x80000000 + message.length), message])
}

const handles: Buffer[] = []
function handle(): Buffer {
  const forged = Buffer.from(pick(handles))
  const kind = dice(4)
  if (kind === 0) forged[dice(forged.length)]! ^= 1 << dice(8)
  return kind === 1 ? random(dice(70)) : forged
}

function hostile(port: Port): Buffer {
  const program = dice(20) === 0 ? dice(200_000) : PROGRAMS[port]
  const version = dice(20) === 0 ? dice(6) : port === 2049 ? 2 + dice(2) : 1 + dice(4)
  const parts: Buffer[] = []
  const isOld = port === 2049 && version === 2
  if (port === 2049 && dice(10) > 0) parts.push(isOld ? handle() : opaque(handle()))
  while (dice(3) > 0)
    parts.push(
      pick([() => opaque(Buffer.from(pick(NAMES))), () => word(dice(5000)), () => random(dice(40))])(),
    )
  const message = call(program, version, dice(24), Buffer.concat(parts))
  if (dice(5) === 0)
    for (let changes = dice(4); changes > 0; changes--)
      message[VERSION_OF_RPC + dice(message.length - VERSION_OF_RPC)] = dice(256)
  return message
}

/** Calls the status of each answer that comes, if it is an answer. */
function listen(socket: Socket, onReply: (reply: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    while (pending.length >= 4) {
      const length = pending.readUInt32BE() & 0x7fffffff
      if (pending.length < 4 + length) return
      onReply(pending.subarray(4, 4 + length))
      pending = pending.subarray(4 + length)
    }
  })
}

async function dial(port: Port): Promise<Socket> {
  const socket = connect(port, server)
  await once(socket, 'connect')
  return socket
}

/** The root's handle, and those of what is in it. */
async function learnHandles(): Promise<void> {
  const ask = async (port: Port, program: number, procedure: number, rest: Buffer) => {
    const socket = await dial(port)
    const reply = new Promise<Buffer>((resolve) => listen(socket, resolve))
    socket.write(call(program, 3, procedure, rest))
    const bytes = await reply
    socket.destroy()
    const at = 28
    return bytes.readUInt32BE(24) === 0
      ? [Buffer.from(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)))]
      : []
  }
  handles.push(...(await ask(20048, 100_005, 1, opaque(Buffer.from('/')))))
  const root = handles[0]!
  for (const name of NAMES)
    handles.push(...(await ask(2049, 100_003, 3, Buffer.concat([opaque(root), opaque(Buffer.from(name))]))))
}

let answered = 0
let faults = 0
function judge(reply: Buffer): void {
  if (reply.readUInt32BE(4) !== 1) throw new Error('This is no reply.')
  answered += 1
  if (reply.readUInt32BE(8) === 0 && reply.readUInt32BE(20) === SYSTEM_ERROR) faults += 1
}

/** Sends bursts, and waits for all answers to one before the next. `send` is given the calls that have none. */
async function inBursts(
  calls: number,
  makeCall: () => Buffer,
  send: (calls: Iterable<Buffer>) => void,
  onReply: (take: (reply: Buffer) => void) => void,
): Promise<void> {
  const waiting = new Map<number, Buffer>()
  let done = () => {}
  onReply((reply) => {
    if (!waiting.delete(reply.readUInt32BE(0))) return
    judge(reply)
    if (waiting.size === 0) done()
  })
  for (let sent = 0; sent < calls; sent += BURST) {
    for (let each = Math.min(BURST, calls - sent); each > 0; each--) {
      const message = makeCall()
      waiting.set(message.readUInt32BE(4), message)
    }
    const all = new Promise<void>((resolve) => (done = resolve))
    send(waiting.values())
    const again = transport === 'udp' ? setInterval(() => send(waiting.values()), LOST_AFTER) : undefined
    await all
    clearInterval(again)
  }
}

async function flood(port: Port, calls: number): Promise<void> {
  const makeCall = () => hostile(port)
  if (transport === 'udp') {
    const socket = createSocket('udp4')
    const send = (messages: Iterable<Buffer>) => {
      for (const message of messages) socket.send(message.subarray(4), port, server)
    }
    await inBursts(calls, makeCall, send, (take) => socket.on('message', take))
    socket.close()
  } else {
    const socket = await dial(port)
    const send = (messages: Iterable<Buffer>) => void socket.write(Buffer.concat([...messages]))
    await inBursts(calls, makeCall, send, (take) => listen(socket, take))
    socket.destroy()
  }
}

await learnHandles()
await Promise.all(CONNECTIONS.map((port) => flood(port, Math.ceil(Number(count) / CONNECTIONS.length))))
process.stdout.write(`${JSON.stringify({ answered, faults })}\n`)
