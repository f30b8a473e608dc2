/** A client of NFS version 2 (RFC 1094) that shares no code with the server but the byte cursors. */
import type { Reader, Writer } from '../../../electron/protocols/bytes.ts'
import {
  callMessage,
  credentialOf,
  opaque,
  parseReply,
  PORTS,
  readOpaque,
  text,
  type Transport,
} from './client.ts'

const HANDLE_BYTES = 32
/** All ones: leave it as it is (section 2.3.6). */
const UNCHANGED = 0xffffffff

export interface Attributes2 {
  readonly type: number
  readonly mode: number
  readonly size: number
}

function readAttributes2(body: Reader): Attributes2 {
  const words = Array.from({ length: 17 }, () => body.u32('fattr'))
  return { type: words[0]!, mode: words[1]!, size: words[5]! }
}

export class Client2 {
  readonly transport: Transport
  readonly credential: Buffer

  constructor(transport: Transport, uid = 0) {
    this.transport = transport
    this.credential = credentialOf(uid)
  }

  async call(procedure: number, write: (writer: Writer) => void): Promise<Reader> {
    const message = callMessage(100003, 2, procedure, write, { credential: this.credential })
    const reply = parseReply(await this.transport.call(PORTS.nfs, message))
    if (!reply.accepted || reply.status !== 0) throw new Error(`RPC status ${reply.status}`)
    return reply.body
  }

  /** By version 1 of the mount protocol, which returns a handle without its length. */
  async mount(path: string): Promise<{ status: number; handle: Buffer }> {
    const message = callMessage(100005, 1, 1, (writer) => text(writer, path))
    const { body } = parseReply(await this.transport.call(PORTS.mount, message))
    const status = body.u32('status')
    return { status, handle: status === 0 ? this.#handle(body) : Buffer.alloc(0) }
  }

  async getattr(handle: Buffer) {
    const body = await this.call(1, (writer) => writer.bytes(handle))
    const status = body.u32('status')
    return { status, attributes: status === 0 ? readAttributes2(body) : undefined }
  }

  lookup(directory: Buffer, name: string) {
    return this.#found(4, (writer) => text(writer.bytes(directory), name))
  }

  create(directory: Buffer, name: string) {
    return this.#found(9, (writer) => {
      text(writer.bytes(directory), name).u32(0o644)
      for (let word = 0; word < 7; word++) writer.u32(UNCHANGED)
    })
  }

  async read(handle: Buffer, offset: number, count: number) {
    const body = await this.call(6, (writer) => writer.bytes(handle).u32(offset).u32(count).u32(0))
    const status = body.u32('status')
    if (status !== 0) return { status, data: Buffer.alloc(0) }
    readAttributes2(body)
    return { status, data: readOpaque(body) }
  }

  async readAll(handle: Buffer, count = 8192): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let offset = 0; ;) {
      const { status, data } = await this.read(handle, offset, count)
      if (status !== 0) throw new Error(`READ status ${status}`)
      if (data.length === 0) return Buffer.concat(parts)
      parts.push(data)
      offset += data.length
    }
  }

  async write(handle: Buffer, offset: number, data: Buffer): Promise<number> {
    const body = await this.call(8, (writer) => opaque(writer.bytes(handle).u32(0).u32(offset).u32(0), data))
    return body.u32('status')
  }

  async names(handle: Buffer, count = 1024): Promise<string[]> {
    const names: string[] = []
    for (let cookie = 0; ;) {
      const body = await this.call(16, (writer) => writer.bytes(handle).u32(cookie).u32(count))
      if (body.u32('status') !== 0) throw new Error('READDIR')
      while (body.u32('follows') === 1) {
        body.skip(4, 'fileid')
        names.push(readOpaque(body).toString())
        cookie = body.u32('cookie')
      }
      if (body.u32('eof') === 1) return names
    }
  }

  async #found(procedure: number, write: (writer: Writer) => void) {
    const body = await this.call(procedure, write)
    const status = body.u32('status')
    const handle = status === 0 ? this.#handle(body) : Buffer.alloc(0)
    return { status, handle, attributes: status === 0 ? readAttributes2(body) : undefined }
  }

  #handle(body: Reader): Buffer {
    return Buffer.from(body.bytes(HANDLE_BYTES, 'handle'))
  }
}
