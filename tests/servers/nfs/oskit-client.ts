/**
 * A client that behaves as the OSKit's NetBoot does: everything over UDP from port 620, one xid for its first
 * five calls, replies read at fixed offsets, and reads in bursts of 32 that run beyond the end of the file.
 */
import type { Writer } from '../../../electron/protocols/bytes.ts'
import { CLIENT, callMessage, text } from './client.ts'
import type { MemoryLink } from './memory-link.ts'

const READ_SIZE = 1024
const BURST = 32
/** Milliseconds before what was not answered is sent again, and how often a call other than READ is. */
const PATIENCE = 20
const SENDS = 20
const UDP = 17
const [PORTMAP, MOUNT, NFS] = [100_000, 100_005, 100_003]
/** Bytes of a reply before its results: xid, type, reply_stat, an empty verifier, accept_stat. */
const HEADER = 24

export class OskitClient {
  readonly #send: (data: Uint8Array, port: number) => void
  readonly #replies = new Map<number, Buffer>()
  #xid = 0x78

  constructor(link: MemoryLink) {
    this.#send = link.attach(CLIENT, (data) => this.#replies.set(data.readUInt32BE(), data))
  }

  /** What it makes of a file. Throws where the original gives up or panics. */
  async load(folder: string, name: string): Promise<Buffer> {
    const nfs = await this.#port(NFS, 2)
    const mount = await this.#port(MOUNT, 1)
    const mounted = await this.#call(mount, MOUNT, 1, 1, (writer) => text(writer, folder))
    if (mounted.readUInt32BE(HEADER) !== 0) throw new Error("Can't mount filesystem")
    const directory = mounted.subarray(HEADER + 4, HEADER + 36)
    const found = await this.#call(nfs, NFS, 2, 4, (writer) => text(writer.bytes(directory), name))
    if (found.readUInt32BE(HEADER) !== 0) throw new Error("Can't lookup")
    const handle = found.subarray(HEADER + 4, HEADER + 36)
    const size = found.readUInt32BE(HEADER + 36 + 5 * 4)
    const parts: Buffer[] = []
    for (let offset = 0; offset < size; offset += BURST * READ_SIZE)
      parts.push(...(await this.#burst(nfs, handle, offset)))
    return Buffer.concat(parts)
  }

  async #port(program: number, version: number): Promise<number> {
    const write = (writer: Writer) => writer.u32(program).u32(version).u32(UDP).u32(0)
    const port = (await this.#call(111, PORTMAP, 2, 3, write)).readUInt32BE(HEADER)
    if (port === 0) throw new Error("Can't get root NFS/MOUNT ports")
    return port
  }

  async #call(
    port: number,
    program: number,
    version: number,
    procedure: number,
    write: (writer: Writer) => void,
  ): Promise<Buffer> {
    const xid = this.#xid
    this.#replies.delete(xid)
    const message = callMessage(program, version, procedure, write, { xid })
    for (let sends = 0; sends < SENDS; sends++) {
      this.#send(message, port)
      await this.#answered([xid])
      const reply = this.#replies.get(xid)
      if (reply !== undefined) return reply
    }
    throw new Error(`No answer to procedure ${procedure} of program ${program} in ${SENDS * PATIENCE} ms`)
  }

  async #burst(port: number, handle: Buffer, start: number): Promise<Buffer[]> {
    this.#replies.clear()
    const calls = Array.from({ length: BURST }, (_, index) => {
      const write = (writer: Writer) =>
        writer
          .bytes(handle)
          .u32(start + index * READ_SIZE)
          .u32(READ_SIZE)
          .u32(0)
      const xid = this.#xid++
      return { xid, message: callMessage(NFS, 2, 6, write, { xid }) }
    })
    for (;;) {
      const missing = calls.filter(({ xid }) => !this.#replies.has(xid))
      if (missing.length === 0) return calls.map(({ xid }) => dataOf(this.#replies.get(xid)!))
      for (const { message } of missing) this.#send(message, port)
      await this.#answered(missing.map(({ xid }) => xid))
    }
  }

  /** Waits until all are answered, or patience is at its end. */
  async #answered(xids: readonly number[]): Promise<void> {
    const end = performance.now() + PATIENCE
    while (performance.now() < end && xids.some((xid) => !this.#replies.has(xid)))
      await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** At word 18 the count, from word 19 the bytes: whatever the reply may say of itself. */
function dataOf(reply: Buffer): Buffer {
  if (reply.readUInt32BE(HEADER) !== 0) throw new Error('panic: bar')
  const at = HEADER + 19 * 4
  return reply.subarray(at, at + reply.readUInt32BE(HEADER + 18 * 4))
}
