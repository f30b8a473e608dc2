import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { TcpConnection } from '../../../electron/link/wire/tcp.ts'
import type { TcpSegment } from '../../../electron/protocols/ethernet/tcp.ts'

const nothing = new Uint8Array()

/** A peer as plain as can be: opens the connection, takes bytes in order, sends its own until they arrive. */
class Peer {
  readonly received: Buffer[] = []
  readonly heard: TcpSegment[] = []
  isEnded = false
  window = 0xffff
  #sequence: number
  #expected = 0
  #isOpen = false
  #unsent: Buffer
  readonly #mss: number | undefined
  readonly #send: (segment: TcpSegment) => void

  constructor(question: Buffer, initial: number, send: (segment: TcpSegment) => void, mss?: number) {
    this.#unsent = question
    this.#sequence = initial
    this.#send = send
    this.#mss = mss
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received)
  }

  segment(parts: Partial<TcpSegment>): TcpSegment {
    const numbers = { sequence: this.#sequence, acknowledgement: this.#expected, window: this.window }
    const flags = { syn: false, ack: true, fin: false, rst: false, psh: false }
    return { sourcePort: 1, destinationPort: 2, ...numbers, ...flags, payload: nothing, ...parts }
  }

  hear(segment: TcpSegment): void {
    this.heard.push(segment)
    if (segment.syn) {
      if (this.#isOpen) return this.#send(this.segment({}))
      this.#isOpen = true
      this.#sequence = (this.#sequence + 1) >>> 0
      this.#expected = (segment.sequence + 1) >>> 0
      return this.tick()
    }
    const taken = (segment.acknowledgement - this.#sequence) >>> 0
    if (taken <= this.#unsent.length) {
      this.#sequence = segment.acknowledgement
      this.#unsent = this.#unsent.subarray(taken)
    }
    const isNext = segment.sequence === this.#expected
    if (isNext && !this.isEnded) {
      this.received.push(Buffer.from(segment.payload))
      this.isEnded = segment.fin
      this.#expected = (this.#expected + segment.payload.length + (segment.fin ? 1 : 0)) >>> 0
    }
    if (segment.payload.length > 0 || segment.fin) this.#send(this.segment({}))
  }

  /** Sends what has not arrived. */
  tick(): void {
    if (!this.#isOpen) {
      const mss = this.#mss === undefined ? {} : { maximumSegmentSize: this.#mss }
      this.#send(this.segment({ syn: true, ack: false, ...mss }))
    } else this.#send(this.segment({ payload: this.#unsent.subarray(0, 1000) }))
  }
}

/** A connection and its peer on a cable that loses what `loses` says; time goes by in steps of 20 ms. */
function cable(question: Buffer, { loses = (): boolean => false, initial = 1, mss = 1460, ours = 7 } = {}) {
  let now = 0
  const toPeer: TcpSegment[] = []
  const toUs: TcpSegment[] = []
  const received: Buffer[] = []
  const told: string[] = []
  let room = 0xffff
  let connection: TcpConnection | undefined
  const peer = new Peer(
    question,
    initial,
    (segment) => {
      if (!loses()) toUs.push(segment)
    },
    mss,
  )
  const accept = (syn: TcpSegment) => {
    connection = new TcpConnection(syn, ours, now, {
      transmit: (segment) => {
        if (!loses()) toPeer.push({ ...segment, sourcePort: 2, destinationPort: 1 })
      },
      opened: () => told.push('opened'),
      received: (bytes) => received.push(bytes),
      room: () => room,
      ended: () => told.push('ended'),
      acknowledged: () => undefined,
      closed: (reason) => told.push(`closed${reason === undefined ? '' : `: ${reason}`}`),
    })
  }
  const exchange = () => {
    while (toPeer.length > 0 || toUs.length > 0) {
      for (const segment of toUs.splice(0))
        if (connection === undefined) accept(segment)
        else connection.receive(segment, now)
      for (const segment of toPeer.splice(0)) peer.hear(segment)
    }
  }
  return {
    peer,
    told,
    get received() {
      return Buffer.concat(received)
    },
    get connection() {
      if (connection === undefined) throw new Error('nothing arrived yet')
      return connection
    },
    get now() {
      return now
    },
    setRoom(bytes: number) {
      room = bytes
    },
    exchange,
    /** Lets time pass until `done`, at most a minute. */
    run(done: () => boolean) {
      peer.tick()
      exchange()
      for (let step = 0; step < 3000 && !done(); step += 1) {
        now += 20
        connection?.tick(now)
        if (step % 10 === 9) peer.tick()
        exchange()
      }
    },
  }
}

describe('our end of a TCP connection', () => {
  it('takes a question and sends an answer in segments that the peer can take', () => {
    const answer = randomBytes(100_000)
    const link = cable(Buffer.from('question'), { mss: 600 })
    link.run(() => link.received.length === 8)
    expect(link.received.toString()).toBe('question')
    link.connection.send(answer, link.now)
    link.exchange()
    expect(link.peer.bytes.equals(answer)).toBe(true)
    expect(Math.max(...link.peer.heard.map(({ payload }) => payload.length))).toBe(600)
  })

  it.each([1, 2, 3, 4, 5])('brings all bytes both ways when one segment in ten is lost (seed %i)', (seed) => {
    let state = seed * 7919
    const loses = () => (state = (state * 48_271) % 0x7fffffff) % 10 === 0
    const question = randomBytes(20_000)
    const answer = randomBytes(300_000)
    // Both sides' numbers go past their end on the way.
    const link = cable(question, { loses, initial: 0xffffff00, ours: 0xfffff000 })
    link.run(() => link.received.length === question.length)
    expect(link.received.equals(question)).toBe(true)
    link.connection.send(answer, link.now)
    link.connection.finish(link.now)
    link.run(() => link.peer.isEnded)
    expect(link.peer.bytes.equals(answer)).toBe(true)
  })

  it.each([1, 2, 3])(
    'keeps what comes before its turn, and asks only for what is missing (seed %i)',
    (seed) => {
      let state = seed * 7919
      const dice = (sides: number) => (state = (state * 48_271) % 0x7fffffff) % sides
      const question = randomBytes(40_000)
      // The numbers go past their end on the way.
      const link = cable(Buffer.alloc(0), { initial: 0xffffffff - 20_000 })
      link.run(() => link.told.includes('opened'))
      const first = link.peer.segment({}).sequence
      const pieces = Array.from({ length: 40 }, (_, index) => {
        const sequence = (first + index * 1000) >>> 0
        // Some go on into the next one, as what is sent again may.
        const payload = question.subarray(index * 1000, index * 1000 + 1000 + dice(2) * 300)
        return link.peer.segment({ sequence, payload, fin: index === 39 })
      })
      const [missing, ...others] = pieces
      for (let left = others.length; left > 0; left -= 1)
        link.connection.receive(others.splice(dice(left), 1)[0]!, link.now)
      expect(link.received).toHaveLength(0)
      expect(link.told).toEqual(['opened'])
      link.connection.receive(missing!, link.now)
      expect(link.received.equals(question)).toBe(true)
      expect(link.told).toEqual(['opened', 'ended'])
    },
  )

  it('keeps no more of what comes before its turn than a window has', () => {
    const link = cable(Buffer.alloc(0))
    link.run(() => link.told.includes('opened'))
    const first = link.peer.segment({}).sequence
    for (let index = 1; index < 2000; index++)
      link.connection.receive(
        link.peer.segment({ sequence: first + index * 1000, payload: Buffer.alloc(1000, index) }),
        link.now,
      )
    link.connection.receive(link.peer.segment({ sequence: first, payload: Buffer.alloc(1000) }), link.now)
    expect(link.received).toHaveLength(65_000)
  })

  it('waits for a peer without room, and goes on when there is some', () => {
    const link = cable(Buffer.alloc(0))
    link.peer.window = 0
    link.run(() => link.told.includes('opened'))
    link.connection.send(Buffer.from('waits'), link.now)
    let checks = 0
    link.run(() => ++checks > 40)
    expect(link.told).toEqual(['opened'])
    link.peer.window = 1000
    link.run(() => link.peer.bytes.length === 5)
    expect(link.peer.bytes.toString()).toBe('waits')
  })

  it('takes no more than there is room for, and says when there is more', () => {
    const question = randomBytes(5000)
    const link = cable(question)
    link.setRoom(0)
    let checks = 0
    link.run(() => ++checks > 20)
    expect(link.received).toHaveLength(0)
    link.setRoom(0xffff)
    link.connection.roomChanged()
    link.run(() => link.received.length === question.length)
    expect(link.received.equals(question)).toBe(true)
  })

  it('is over when both sides have ended', () => {
    const link = cable(Buffer.from('x'))
    link.run(() => link.received.length === 1)
    link.connection.send(Buffer.from('y'), link.now)
    link.connection.finish(link.now)
    link.run(() => link.peer.isEnded)
    link.connection.receive(link.peer.segment({ fin: true }), link.now)
    expect(link.told).toEqual(['opened', 'ended'])
    link.run(() => link.told.length === 3)
    expect(link.told).toEqual(['opened', 'ended', 'closed'])
  })

  it('is over when the peer is silent, or resets it by the right number', () => {
    const silent = cable(Buffer.from('x'))
    silent.run(() => silent.received.length === 1)
    silent.connection.send(Buffer.from('y'), silent.now)
    for (let at = 0; at < 120_000; at += 20) silent.connection.tick(at)
    expect(silent.told.at(-1)).toBe('closed: the peer no longer answers')

    const reset = cable(Buffer.from('x'))
    reset.run(() => reset.received.length === 1)
    reset.connection.receive(reset.peer.segment({ rst: true, sequence: 12_345 }), reset.now)
    expect(reset.told).toEqual(['opened'])
    reset.connection.receive(reset.peer.segment({ rst: true }), reset.now)
    expect(reset.told.at(-1)).toBe('closed: the peer reset the connection')
  })

  it('is not moved by segments that are not of it', () => {
    const link = cable(Buffer.from('x'))
    link.run(() => link.received.length === 1)
    const heard = link.peer.heard.length
    link.connection.receive(link.peer.segment({ acknowledgement: 99_999 }), link.now)
    link.connection.receive(link.peer.segment({ sequence: 5000, payload: Buffer.from('far') }), link.now)
    link.connection.receive(link.peer.segment({ syn: true }), link.now)
    link.exchange()
    expect(link.received.toString()).toBe('x')
    expect(link.told).toEqual(['opened'])
    expect(link.peer.heard.slice(heard).every(({ payload, rst }) => payload.length === 0 && !rst)).toBe(true)
  })
})
