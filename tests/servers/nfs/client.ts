/** An NFS client that shares no code with the server but the byte cursors. */
import type { Duplex } from 'node:stream'
import { Reader, Writer } from '../../../electron/protocols/bytes.ts'
import type { MemoryLink } from './memory-link.ts'

export const CLIENT = { address: '10.77.0.50', port: 620 }
export const PORTS = { portmap: 111, mount: 20048, nfs: 2049 }

export interface Reply {
  readonly accepted: boolean
  /** `accept_stat`, or `reject_stat` of a denied call. */
  readonly status: number
  readonly body: Reader
  readonly bytes: Buffer
}

type Arguments = (writer: Writer) => void

export interface Transport {
  call(port: number, message: Buffer): Promise<Buffer>
}

/** Sends each call until there is an answer to its xid. */
export function overUdp(link: MemoryLink, from = CLIENT, patience = 20): Transport {
  const waiting = new Map<number, (reply: Buffer) => void>()
  const send = link.attach(from, (data) => {
    const xid = data.readUInt32BE()
    waiting.get(xid)?.(data)
    waiting.delete(xid)
  })
  return {
    call: (port, message) =>
      new Promise((resolve) => {
        const timer = setInterval(() => send(message, port), patience)
        waiting.set(message.readUInt32BE(), (reply) => {
          clearInterval(timer)
          resolve(reply)
        })
        send(message, port)
      }),
  }
}

export function overTcp(link: MemoryLink, from = CLIENT): Transport & { streams: Map<number, Duplex> } {
  const streams = new Map<number, Duplex>()
  const waiting = new Map<number, (reply: Buffer) => void>()
  const open = (port: number) => {
    const stream = link.dial(from, port)
    let pending = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 4) {
        const length = pending.readUInt32BE() & 0x7fffffff
        if (pending.length < 4 + length) return
        const reply = pending.subarray(4, 4 + length)
        waiting.get(reply.readUInt32BE())?.(reply)
        pending = pending.subarray(4 + length)
      }
    })
    streams.set(port, stream)
    return stream
  }
  return {
    streams,
    call: (port, message) =>
      new Promise((resolve) => {
        waiting.set(message.readUInt32BE(), resolve)
        const mark = Buffer.alloc(4)
        mark.writeUInt32BE(0x80000000 + message.length)
        ;(streams.get(port) ?? open(port)).write(Buffer.concat([mark, message]))
      }),
  }
}

let xids = 0x1000

export interface CallOptions {
  readonly xid?: number
  readonly credential?: Buffer
  readonly flavor?: number
}

/** AUTH_SYS of root. */
export function credentialOf(uid: number, gid = 0): Buffer {
  const writer = new Writer().u32(0).u32(3).bytes(Buffer.from('box\0')).u32(uid).u32(gid).u32(0)
  return writer.finish()
}

export function callMessage(
  program: number,
  version: number,
  procedure: number,
  write: Arguments = () => undefined,
  { xid = ++xids, credential = credentialOf(0), flavor = 1 }: CallOptions = {},
): Buffer {
  const writer = new Writer().u32(xid).u32(0).u32(2).u32(program).u32(version).u32(procedure)
  writer.u32(flavor).u32(credential.length).bytes(credential).u32(0).u32(0)
  write(writer)
  return writer.finish()
}

export function parseReply(bytes: Buffer): Reply {
  const body = new Reader(bytes)
  body.skip(4, 'xid')
  if (body.u32('type') !== 1) throw new Error('not a reply')
  if (body.u32('reply_stat') === 1) return { accepted: false, status: body.u32('reject_stat'), body, bytes }
  if (body.u32('verifier flavor') !== 0 || body.u32('verifier length') !== 0) throw new Error('verifier')
  return { accepted: true, status: body.u32('accept_stat'), body, bytes }
}

export const opaque = (writer: Writer, bytes: Uint8Array) =>
  writer
    .u32(bytes.length)
    .bytes(bytes)
    .zeros((4 - (bytes.length % 4)) % 4)
export const text = (writer: Writer, value: string) => opaque(writer, Buffer.from(value))
export const readOpaque = (reader: Reader) => {
  const length = reader.u32('length')
  const bytes = Buffer.from(reader.bytes(length, 'opaque'))
  reader.skip((4 - (length % 4)) % 4, 'padding')
  return bytes
}

export interface Attributes3 {
  readonly type: number
  readonly mode: number
  readonly links: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly fileid: bigint
  readonly modified: number
  readonly changed: number
}

export function readAttributes3(body: Reader): Attributes3 {
  const word = () => body.u32('word')
  const [type, mode, links, uid, gid] = [word(), word(), word(), word(), word()]
  const size = Number(body.u64('size'))
  body.skip(8 + 8 + 8, 'used, rdev, fsid')
  const fileid = body.u64('fileid')
  const time = () => word() + word() / 1e9
  const [, modified, changed] = [time(), time(), time()]
  return { type, mode, links, uid, gid, size, fileid, modified, changed }
}

export const postOp = (body: Reader) => (body.u32('follows') === 1 ? readAttributes3(body) : undefined)

export interface Wcc {
  readonly before: { readonly size: number; readonly modified: number; readonly changed: number } | undefined
  readonly after: Attributes3 | undefined
}

export function readWcc(body: Reader): Wcc {
  const time = () => body.u32('seconds') + body.u32('nanoseconds') / 1e9
  const before =
    body.u32('pre_op_attr') === 1
      ? { size: Number(body.u64('size')), modified: time(), changed: time() }
      : undefined
  return { before, after: postOp(body) }
}

/** Version 3 of NFS over a transport, with the results that tests look at. */
export class Client3 {
  readonly transport: Transport
  readonly credential: Buffer

  constructor(transport: Transport, uid = 0, gid = 0) {
    this.transport = transport
    this.credential = credentialOf(uid, gid)
  }

  async call(procedure: number, write: Arguments): Promise<Reader> {
    const message = callMessage(100003, 3, procedure, write, { credential: this.credential })
    const reply = parseReply(await this.transport.call(PORTS.nfs, message))
    if (!reply.accepted || reply.status !== 0) throw new Error(`RPC status ${reply.status}`)
    return reply.body
  }

  async mount(path: string): Promise<{ status: number; handle: Buffer }> {
    const message = callMessage(100005, 3, 1, (writer) => text(writer, path))
    const { body } = parseReply(await this.transport.call(PORTS.mount, message))
    const status = body.u32('status')
    return { status, handle: status === 0 ? readOpaque(body) : Buffer.alloc(0) }
  }

  async getattr(handle: Buffer) {
    const body = await this.call(1, (writer) => opaque(writer, handle))
    const status = body.u32('status')
    return { status, attributes: status === 0 ? readAttributes3(body) : undefined }
  }

  async lookup(directory: Buffer, name: string | Buffer) {
    const body = await this.call(3, (writer) => {
      opaque(writer, directory)
      opaque(writer, Buffer.from(name))
    })
    const status = body.u32('status')
    const handle = status === 0 ? readOpaque(body) : Buffer.alloc(0)
    return { status, handle, attributes: status === 0 ? postOp(body) : undefined }
  }

  async read(handle: Buffer, offset: number | bigint, count: number) {
    const body = await this.call(6, (writer) => {
      opaque(writer, handle)
      writer.u64(BigInt(offset)).u32(count)
    })
    const status = body.u32('status')
    const attributes = postOp(body)
    if (status !== 0) return { status, attributes, data: Buffer.alloc(0), eof: false }
    body.skip(4, 'count')
    const eof = body.u32('eof') === 1
    return { status, attributes, eof, data: readOpaque(body) }
  }

  async readAll(handle: Buffer, count = 32_768): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let offset = 0; ;) {
      const { status, data, eof } = await this.read(handle, offset, count)
      if (status !== 0) throw new Error(`READ status ${status}`)
      parts.push(data)
      offset += data.length
      if (eof) return Buffer.concat(parts)
    }
  }

  /** One page of READDIR. */
  async readdir(handle: Buffer, cookie: bigint, count: number) {
    const body = await this.call(16, (writer) => {
      opaque(writer, handle)
      writer.u64(cookie).zeros(8).u32(count)
    })
    const status = body.u32('status')
    postOp(body)
    const entries: { name: string; cookie: bigint; fileid: bigint }[] = []
    if (status !== 0) return { status, entries, eof: false, length: 0 }
    body.skip(8, 'verifier')
    while (body.u32('follows') === 1) {
      const fileid = body.u64('fileid')
      entries.push({ fileid, name: readOpaque(body).toString(), cookie: body.u64('cookie') })
    }
    return { status, entries, eof: body.u32('eof') === 1, length: body.offset }
  }

  async names(handle: Buffer, count = 4096): Promise<string[]> {
    const names: string[] = []
    for (let cookie = 0n; ;) {
      const { status, entries, eof } = await this.readdir(handle, cookie, count)
      if (status !== 0) throw new Error(`READDIR status ${status}`)
      names.push(...entries.map(({ name }) => name))
      if (eof) return names
      cookie = entries.at(-1)!.cookie
    }
  }

  /** A procedure whose results are a status and what became of one directory or file. */
  async change(procedure: number, write: Arguments): Promise<{ status: number; wcc: Wcc }> {
    const body = await this.call(procedure, write)
    return { status: body.u32('status'), wcc: readWcc(body) }
  }

  setattr(handle: Buffer, { mode, size }: { mode?: number; size?: number }, guard?: number) {
    return this.change(2, (writer) => {
      opaque(writer, handle)
      if (mode === undefined) writer.u32(0)
      else writer.u32(1).u32(mode)
      writer.u32(0).u32(0)
      if (size === undefined) writer.u32(0)
      else writer.u32(1).u64(BigInt(size))
      writer.u32(0).u32(0)
      if (guard === undefined) writer.u32(0)
      else writer.u32(1).u32(guard).u32(0)
    })
  }

  async write(handle: Buffer, offset: number, data: string | Buffer, stable = 2) {
    const bytes = Buffer.from(data)
    const body = await this.call(7, (writer) => {
      opaque(writer, handle).u64(BigInt(offset)).u32(bytes.length).u32(stable)
      opaque(writer, bytes)
    })
    const status = body.u32('status')
    const wcc = readWcc(body)
    if (status !== 0) return { status, wcc, count: 0, committed: -1, verifier: '' }
    const [count, committed] = [body.u32('count'), body.u32('committed')]
    return { status, wcc, count, committed, verifier: Buffer.from(body.bytes(8, 'verf')).toString('hex') }
  }

  async #create(procedure: number, write: Arguments) {
    const body = await this.call(procedure, write)
    const status = body.u32('status')
    const handle = status === 0 && body.u32('follows') === 1 ? readOpaque(body) : Buffer.alloc(0)
    const attributes = status === 0 ? postOp(body) : undefined
    return { status, handle, attributes, wcc: readWcc(body) }
  }

  create(directory: Buffer, name: string, how: 0 | 1 | Buffer = 0) {
    return this.#create(8, (writer) => {
      text(opaque(writer, directory), name)
      if (typeof how === 'number') writer.u32(how).zeros(24)
      else writer.u32(2).bytes(how)
    })
  }

  mkdir(directory: Buffer, name: string) {
    return this.#create(9, (writer) => text(opaque(writer, directory), name).zeros(24))
  }

  symlink(directory: Buffer, name: string, target: string) {
    return this.#create(10, (writer) => text(text(opaque(writer, directory), name).zeros(24), target))
  }

  /** A character device. */
  mknod(directory: Buffer, name: string, major: number, minor: number) {
    return this.#create(11, (writer) =>
      text(opaque(writer, directory), name).u32(4).zeros(24).u32(major).u32(minor),
    )
  }

  remove(directory: Buffer, name: string) {
    return this.change(12, (writer) => text(opaque(writer, directory), name))
  }

  rmdir(directory: Buffer, name: string) {
    return this.change(13, (writer) => text(opaque(writer, directory), name))
  }

  async rename(from: Buffer, fromName: string, to: Buffer, toName: string) {
    const body = await this.call(14, (writer) =>
      text(opaque(text(opaque(writer, from), fromName), to), toName),
    )
    return { status: body.u32('status'), from: readWcc(body), to: readWcc(body) }
  }

  async link(file: Buffer, directory: Buffer, name: string): Promise<number> {
    const body = await this.call(15, (writer) => text(opaque(opaque(writer, file), directory), name))
    return body.u32('status')
  }
}
