import { decodePacket, encodePacket, type Packet } from '../../../electron/protocols/tftp/packet.ts'
import { CLIENT, type FakeLink } from './fake-link.ts'

export interface FetchOptions {
  readonly file: string
  readonly mode?: string
  readonly blockSize?: number
  readonly windowSize?: number
  /** More options, as they are to be written. */
  readonly options?: Readonly<Record<string, string>>
  readonly port?: number
  readonly address?: string
}

function requestFor({ file, mode = 'octet', blockSize, windowSize, options = {} }: FetchOptions): Buffer {
  const asked = {
    ...options,
    ...(blockSize === undefined ? {} : { blksize: String(blockSize) }),
    ...(windowSize === undefined ? {} : { windowsize: String(windowSize) }),
  }
  const pairs = Object.entries(asked).map(([name, value]) => ({ name, value }))
  return encodePacket({ type: 'read-request', file, mode, options: pairs })
}

/** A client that a test leads by the hand: it keeps what it hears and answers nothing of itself. */
export class Hand {
  readonly heard: Packet[] = []
  /** Where the server answers from. */
  port = 69
  readonly #send: (data: Buffer, port: number) => void

  constructor(link: FakeLink, { address = CLIENT, port = 2070 }: { address?: string; port?: number } = {}) {
    this.#send = link.plug({ address, port }, (data, from) => {
      this.port = from.port
      this.heard.push(decodePacket(data))
    })
  }

  get last(): Packet | undefined {
    return this.heard.at(-1)
  }

  ask(fetch: FetchOptions): void {
    this.raw(requestFor(fetch), 69)
  }

  acknowledge(block: number): void {
    this.raw(encodePacket({ type: 'acknowledgement', block }))
  }

  error(code: number, text: string): void {
    this.raw(encodePacket({ type: 'error', code, text }))
  }

  raw(data: Buffer, port = this.port): void {
    this.#send(data, port)
  }
}

/**
 * A whole client of RFC 1350 and 7440: acknowledges each window, its last block again when that comes again,
 * tells of a gap once, sends again what was not answered for a second, and goes on answering for a while after the end. Resolves with the file.
 */
export function fetchFile(link: FakeLink, fetch: FetchOptions): Promise<Buffer> {
  const client = { address: fetch.address ?? CLIENT, port: fetch.port ?? 2070 }
  const blocks: Buffer[] = []
  let blockSize = 512
  let windowSize = 1
  let inWindow = 0
  let toldGap = false
  let port = 69
  let resend = () => {}
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout
    const transmit = (data: Buffer) => {
      resend = () => {
        send(data, port)
        clearTimeout(timer)
        timer = setTimeout(resend, 1000)
      }
      resend()
    }
    const acknowledge = () => {
      inWindow = 0
      transmit(encodePacket({ type: 'acknowledgement', block: blocks.length & 0xffff }))
    }
    const send = link.plug(client, (data, from) => {
      // An answer to a repeated request, from another port.
      if (port !== 69 && from.port !== port) return
      port = from.port
      const packet = decodePacket(data)
      if (packet.type === 'error') {
        clearTimeout(timer)
        reject(new Error(packet.text))
      } else if (packet.type === 'option-acknowledgement' && blocks.length === 0) {
        for (const { name, value } of packet.options) {
          if (name === 'blksize') blockSize = Number(value)
          if (name === 'windowsize') windowSize = Number(value)
        }
        acknowledge()
      } else if (packet.type === 'data') {
        if (packet.block !== ((blocks.length + 1) & 0xffff)) {
          const isAhead = ((packet.block - blocks.length) & 0xffff) < 0x8000
          const isLastAgain = packet.block === (blocks.length & 0xffff)
          if (isLastAgain) acknowledge()
          else if (isAhead && windowSize > 1 && !toldGap) {
            toldGap = true
            acknowledge()
          }
          return
        }
        toldGap = false
        blocks.push(Buffer.from(packet.payload))
        const isLast = packet.payload.length < blockSize
        if (++inWindow === windowSize || isLast) acknowledge()
        if (!isLast) return
        clearTimeout(timer)
        resolve(Buffer.concat(blocks))
        link.plug(client, () => resend())
        resend = () => send(encodePacket({ type: 'acknowledgement', block: blocks.length & 0xffff }), port)
      }
    })
    transmit(requestFor(fetch))
  })
}

/** A file's worth of bytes in which no two blocks are alike. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8)) & 255
  return bytes
}
