import type { ServedFile } from '../../chains/chain.ts'
import type { ServedTree } from '../../chains/tree.ts'
import type { Emit } from '../../clients/events.ts'
import type { Endpoint, Link, LinkSocket, PeerSocket } from '../../link/link.ts'
import { contains, type Ipv4Address } from '../../protocols/addresses.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { ErrorCode } from '../../protocols/tftp/error.ts'
import { negotiate } from '../../protocols/tftp/negotiation.ts'
import { decodePacket, encodePacket, TFTP_PORT } from '../../protocols/tftp/packet.ts'
import type { Request } from '../../protocols/tftp/request.ts'
import { Files } from './files.ts'
import { Reports } from './reports.ts'
import { Rings } from './rings.ts'
import { memorySource, netasciiSource, type Source } from './source.ts'
import { Transfer } from './transfer.ts'

/** The most bytes of DATA packets one transfer may have in flight: a window of 64 whole Ethernet frames fits. */
const WINDOW_BYTES = 128 * 1024
/** Milliseconds after which the same request from the same port is a new one: the client was restarted. */
const RESTARTED = 2000

/** Milliseconds in which the last ACK of a transfer is read that the client's next request has overtaken. */
const OVERTAKEN = 10

export interface TftpLimits {
  readonly transfers: number
  /** Per address. A boot ROM needs one; a client that is restarted leaves some behind until they time out. */
  readonly transfersPerClient: number
}

const defaultLimits: TftpLimits = { transfers: 128, transfersPerClient: 16 }

export interface TftpServer {
  readonly port: number
  /** Stops answering and ends every transfer. */
  close(): void
}

/**
 * Serves a tree over TFTP, read only (RFC 1350, 2347, 2348, 2349, 7440), to the clients on the link and nobody
 * else. Rejects with a `LinkError` when the port cannot be opened.
 */
export async function startTftpServer(
  link: Link,
  tree: ServedTree,
  emit: Emit,
  { port = TFTP_PORT, limits = defaultLimits }: { port?: number; limits?: TftpLimits } = {},
): Promise<TftpServer> {
  const server = new Server(link, tree, new Reports(link, emit), limits)
  const socket = await link.open(port, (data, from) => server.receive(data, from))
  server.socket = socket
  return { port: socket.port, close: () => server.close() }
}

/** A request that was granted, from its arrival to the end of its transfer. */
interface Job {
  readonly address: Ipv4Address
  readonly request: Request
  transfer: Transfer | undefined
  cancelled: boolean
}

class Server {
  readonly #link: Link
  readonly #tree: ServedTree
  readonly #reports: Reports
  readonly #limits: TftpLimits
  readonly #files = new Files()
  readonly #rings = new Rings()
  /** By the client's address and port. */
  readonly #jobs = new Map<string, Job>()
  socket: LinkSocket | undefined

  constructor(link: Link, tree: ServedTree, reports: Reports, limits: TftpLimits) {
    this.#link = link
    this.#tree = tree
    this.#reports = reports
    this.#limits = limits
  }

  receive(data: Buffer, from: Endpoint): void {
    // An answer to a forged source would make us a weapon against whoever has that address.
    if (from.port === 0 || !contains(this.#link, from.address)) return
    try {
      const packet = decodePacket(data)
      if (packet.type === 'read-request') this.#read(packet, from)
      else if (packet.type === 'write-request')
        this.#refuse(packet.file, from, ErrorCode.accessViolation, 'This server only gives files out.')
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const isRequest = data[0] === 0 && (data[1] === 1 || data[1] === 2)
      if (isRequest)
        this.#refuse('', from, ErrorCode.illegalOperation, `This request cannot be read: ${error.message}.`)
    }
  }

  close(): void {
    this.socket?.close()
    this.socket = undefined
    for (const job of [...this.#jobs.values()]) {
      job.cancelled = true
      job.transfer?.fail('The server was stopped.')
    }
  }

  #read(request: Request, from: Endpoint): void {
    if (this.socket === undefined) return
    const key = `${from.address}:${from.port}`
    const running = this.#jobs.get(key)
    if (running !== undefined) {
      if (isRepeatedBy(running, request)) {
        if (running.transfer?.isAllSent === true)
          setTimeout(() => {
            if (this.#jobs.get(key) !== running) this.#read(request, from)
          }, OVERTAKEN)
        return
      }
      running.transfer?.movedOn()
      running.transfer?.abandon()
    }

    if (request.mode !== 'octet' && request.mode !== 'netascii') {
      const text = `Mode "${request.mode.slice(0, 20)}" is not served, only octet and netascii are.`
      return this.#refuse(request.file, from, ErrorCode.illegalOperation, text)
    }
    const found = this.#tree.lookup(request.file)
    if (!found.found) {
      this.#answerError(from, ErrorCode.fileNotFound, 'There is no such file.')
      const { expected, nearest } = found
      this.#reports.of(from.address).missing(request.file, expected, nearest)
      return
    }

    let ofClient = 0
    for (const job of this.#jobs.values())
      if (job.address === from.address) {
        ofClient++
        job.transfer?.movedOn()
      }
    const { transfers, transfersPerClient } = this.#limits
    if (ofClient >= transfersPerClient) {
      const text = `This client has ${ofClient} transfers running, which is as many as it may have.`
      return this.#refuse(request.file, from, ErrorCode.undefined, text)
    }
    if (this.#jobs.size >= transfers) {
      const text = `${this.#jobs.size} transfers are running, which is as many as are allowed.`
      return this.#refuse(request.file, from, ErrorCode.undefined, text)
    }

    const job: Job = { address: from.address, request, transfer: undefined, cancelled: false }
    this.#jobs.set(key, job)
    const settled = () => {
      if (this.#jobs.get(key) === job) this.#jobs.delete(key)
    }
    this.#transfer(job, found.file, from, settled).catch((error: unknown) => {
      settled()
      const text = error instanceof Error ? error.message : String(error)
      this.#refuse(request.file, from, ErrorCode.undefined, text)
    })
  }

  async #transfer(job: Job, file: ServedFile, from: Endpoint, settled: () => void): Promise<void> {
    const startedAt = performance.now()
    // Both take a turn of the event loop, so they take it together.
    const opening = this.#open(file, job)
    const connecting = this.#link.connect(from, (data) => job.transfer?.receive(data))
    const [opened, connected] = await Promise.allSettled([opening, connecting])
    if (opened.status === 'rejected' || connected.status === 'rejected' || job.cancelled) {
      if (opened.status === 'fulfilled') opened.value.close()
      if (connected.status === 'fulfilled') connected.value.close()
      if (opened.status === 'rejected') throw opened.reason
      if (connected.status === 'rejected') throw connected.reason
      settled()
      return
    }
    const { mode, options } = job.request
    const source = mode === 'netascii' ? netasciiSource(opened.value) : opened.value
    const agreement = negotiate(options, {
      mtu: this.#link.mtu,
      windowBytes: WINDOW_BYTES,
      ...(mode === 'octet' ? { size: source.size } : {}),
    })

    const reports = this.#reports.of(from.address)
    const id = this.#reports.nextTransfer()
    const socket: PeerSocket = connected.value
    job.transfer = new Transfer(socket, source, agreement, this.#rings, {
      onProgress: (bytes) => reports.progress(id, bytes),
      onEnd: (outcome) => {
        settled()
        reports.ended(id, outcome, (performance.now() - startedAt) / 1000)
      },
    })
    reports.started(id, file.name, source.size, agreement)
    job.transfer.start()
  }

  async #open({ content }: ServedFile, job: Job): Promise<Source> {
    if (content.kind === 'bytes') return memorySource(content.bytes)
    return this.#files.source(content.path, {
      onReady: () => job.transfer?.resume(),
      onFailure: (reason) => job.transfer?.fail(reason),
    })
  }

  #refuse(file: string, to: Endpoint, code: number, text: string): void {
    this.#answerError(to, code, text)
    this.#reports.of(to.address).refused(file, text)
  }

  #answerError(to: Endpoint, code: number, text: string): void {
    this.socket?.send(encodePacket({ type: 'error', code, text }), to)
  }
}

/**
 * Whether a request from a port whose transfer still runs is a copy of the one that began it. It is not when it
 * asks for something else, or comes after a silence: then the client has begun anew.
 */
function isRepeatedBy({ transfer, request: running }: Job, request: Request): boolean {
  if (transfer === undefined) return true
  if (running.file !== request.file || running.mode !== request.mode) return false
  return (transfer.quietFor ?? 0) < RESTARTED
}
