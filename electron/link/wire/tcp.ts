/**
 * Our end of a TCP connection that the target opened (RFC 9293), as a state machine without sockets or clock:
 * segments, bytes and times go in, segments and bytes come out. It has no options but the segment size.
 */
import type { TcpSegment } from '../../protocols/ethernet/tcp.ts'
import { SegmentsAhead, type Kept } from './ahead.ts'
import { ByteQueue } from './byte-queue.ts'
import { isBefore, minus, plus } from './sequence.ts'
import { TcpTiming } from './tcp-timing.ts'

export interface TcpEvents {
  transmit(segment: Omit<TcpSegment, 'sourcePort' | 'destinationPort'>): void
  /** The handshake is done. */
  opened(): void
  received(bytes: Buffer): void
  /** How many more bytes can be received. */
  room(): number
  /** The peer has sent all that it will. */
  ended(): void
  /** Everything that was sent has arrived, or less than before is waiting. */
  acknowledged(): void
  /** The connection is over; `reason` says why it was not closed from both sides. */
  closed(reason?: string): void
}

/** What a peer takes that does not say (RFC 9293 section 3.7.1), and what fits into a frame of ours. */
const DEFAULT_SEGMENT_SIZE = 536
const SEGMENT_SIZE = 1460
const LARGEST_WINDOW = 0xffff
const ATTEMPTS = 8
const DUPLICATES_OF_A_LOSS = 3
/** How long a closed connection answers a peer that has not heard of it, in milliseconds. */
const LINGER = 1000

const nothing = new Uint8Array()

export class TcpConnection {
  readonly #events: TcpEvents
  readonly #timing: TcpTiming
  readonly #segmentSize: number
  readonly #queue = new ByteQueue()
  readonly #ahead = new SegmentsAhead()
  /** The first byte that is not acknowledged, and the next one to be sent, counted like sequence numbers. */
  #unacknowledged: number
  #next: number
  /** The furthest that was ever sent. */
  #furthest: number
  #expected: number
  #peerWindow: number
  #told = LARGEST_WINDOW
  #isOpen = false
  #isFinishing = false
  /** The peer knows that nothing more will be sent. */
  #hasFinished = false
  #peerHasFinished = false
  #isOver = false
  #attempts = 0
  #duplicates = 0
  #timerAt: number | undefined
  /** The byte whose acknowledgement is being timed, and since when; nothing that was sent twice is. */
  #timed: { readonly sequence: number; readonly at: number } | undefined

  /** Answers `syn`. `initialSequence` is to be a number that nobody can guess. */
  constructor(syn: TcpSegment, initialSequence: number, now: number, events: TcpEvents) {
    this.#events = events
    this.#segmentSize = Math.max(64, Math.min(SEGMENT_SIZE, syn.maximumSegmentSize ?? DEFAULT_SEGMENT_SIZE))
    this.#timing = new TcpTiming(this.#segmentSize)
    this.#expected = plus(syn.sequence, 1)
    this.#peerWindow = syn.window
    this.#unacknowledged = initialSequence
    this.#next = plus(initialSequence, 1)
    this.#furthest = this.#next
    this.#greet(now)
  }

  /** Bytes that were given to `send` and have not been acknowledged. */
  get waiting(): number {
    return this.#queue.length
  }

  send(bytes: Buffer, now: number): void {
    this.#queue.push(bytes)
    this.#advance(now)
  }

  /** Says that nothing more will be sent. */
  finish(now: number): void {
    this.#isFinishing = true
    this.#advance(now)
  }

  /** Gives the connection up at once. */
  abort(): void {
    if (this.#isOver) return
    this.#transmit(this.#next, nothing, { rst: true })
    this.#end()
  }

  /** Tells the peer of new room, if it was told that there is little. */
  roomChanged(): void {
    const room = Math.min(LARGEST_WINDOW, this.#events.room())
    if (this.#isOpen && !this.#isOver && this.#told < SEGMENT_SIZE && room >= SEGMENT_SIZE)
      this.#acknowledge()
  }

  receive(segment: TcpSegment, now: number): void {
    if (this.#isOver) return
    if (segment.rst) {
      if (segment.sequence === this.#expected) this.#end('the peer reset the connection')
      return
    }
    if (segment.syn) return this.#isOpen ? this.#acknowledge() : this.#greet(now)
    if (!segment.ack) return
    if (!this.#takeAcknowledgement(segment, now)) return
    this.#takePayload(segment)
    this.#advance(now)
  }

  /** To be called now and then: sends again what was not acknowledged in time. */
  tick(now: number): void {
    if (this.#isOver || this.#timerAt === undefined || now < this.#timerAt) return
    this.#timerAt = undefined
    if (this.#isDone()) return this.#end()
    if (++this.#attempts > ATTEMPTS) return this.#end('the peer no longer answers')
    this.#timing.timedOut(minus(this.#furthest, this.#unacknowledged))
    this.#timed = undefined
    if (!this.#isOpen) return this.#greet(now)
    this.#next = this.#unacknowledged
    // A window of 0 is asked for with a byte that it does not hold (RFC 9293 section 3.8.6.1).
    if (this.#peerWindow === 0 && this.#queue.length > 0) this.#sendAt(this.#next, 1, now)
    else this.#advance(now)
  }

  #greet(now: number): void {
    this.#events.transmit({
      ...this.#header(this.#unacknowledged),
      syn: true,
      maximumSegmentSize: SEGMENT_SIZE,
      payload: nothing,
    })
    this.#timerAt = now + this.#timing.timeout
  }

  /** Whether the rest of the segment is to be looked at. */
  #takeAcknowledgement({ acknowledgement, window, payload, fin }: TcpSegment, now: number): boolean {
    const taken = minus(acknowledgement, this.#unacknowledged)
    if (taken > minus(this.#furthest, this.#unacknowledged)) {
      // Of bytes that were never sent, or long acknowledged ones.
      if (isBefore(acknowledgement, this.#unacknowledged)) return this.#isOpen
      this.#acknowledge()
      return false
    }
    const isRepeated = taken === 0 && payload.length === 0 && !fin && window === this.#peerWindow
    this.#peerWindow = window
    // Who says that there is no room is still there.
    if (window === 0) this.#attempts = 0
    if (taken === 0) {
      if (isRepeated && this.#furthest !== this.#unacknowledged) this.#repeated(now)
      return this.#isOpen
    }
    this.#duplicates = 0
    this.#attempts = 0
    if (this.#timed !== undefined && !isBefore(acknowledgement, this.#timed.sequence)) {
      this.#timing.measured(now - this.#timed.at)
      this.#timed = undefined
    }
    const counted = this.#isOpen ? taken : taken - 1
    const bytes = Math.min(counted, this.#queue.length)
    this.#hasFinished = counted > bytes
    this.#unacknowledged = acknowledgement
    if (isBefore(this.#next, acknowledgement)) this.#next = acknowledgement
    this.#timerAt = acknowledgement === this.#furthest ? undefined : now + this.#timing.timeout
    this.#queue.drop(bytes)
    this.#timing.acknowledged(bytes)
    if (!this.#isOpen) {
      this.#isOpen = true
      this.#events.opened()
    }
    if (bytes > 0) this.#events.acknowledged()
    return true
  }

  /** Fast retransmission (RFC 5681 section 3.2): what follows a lost segment makes the peer repeat itself. */
  #repeated(now: number): void {
    if (++this.#duplicates !== DUPLICATES_OF_A_LOSS) return
    this.#timing.lost(minus(this.#furthest, this.#unacknowledged))
    this.#timed = undefined
    this.#sendAt(this.#unacknowledged, this.#segmentSize, now)
  }

  #takePayload(segment: TcpSegment): void {
    if (segment.payload.length === 0 && !segment.fin) return
    if (isBefore(this.#expected, segment.sequence)) this.#ahead.keep(segment, this.#expected)
    for (let next: Kept | undefined = segment; next !== undefined; next = this.#ahead.take(this.#expected))
      this.#takeInOrder(next)
    if (!this.#isOver) this.#acknowledge()
  }

  #takeInOrder({ sequence, payload, fin }: Kept): void {
    const known = minus(this.#expected, sequence)
    const length = payload.length + (fin ? 1 : 0)
    const isNew = known < length && !this.#peerHasFinished
    if (isNew) {
      const room = Math.min(LARGEST_WINDOW, this.#events.room())
      const bytes = Buffer.from(payload.subarray(known, known + room))
      this.#expected = plus(this.#expected, bytes.length)
      if (bytes.length > 0) this.#events.received(bytes)
      if (fin && known + bytes.length === payload.length) {
        this.#expected = plus(this.#expected, 1)
        this.#peerHasFinished = true
        this.#events.ended()
      }
    }
  }

  /** Sends what the peer and the cable can take. */
  #advance(now: number): void {
    if (this.#isDone()) this.#timerAt ??= now + LINGER
    if (!this.#isOpen || this.#isOver || this.#hasFinished) return
    for (;;) {
      const ahead = minus(this.#next, this.#unacknowledged)
      const window = Math.min(this.#peerWindow, this.#timing.window) - ahead
      const left = this.#queue.length - ahead
      const isLast = this.#isFinishing && left <= 0
      if (left < 0 || (left === 0 && !isLast)) break
      if (left > 0 && window <= 0) break
      const size = Math.min(left, window, this.#segmentSize)
      this.#next = this.#sendAt(this.#next, size, now)
    }
    // A full window of 0 has a timer as well, or nobody would ever ask for more.
    if (this.#queue.length > 0) this.#timerAt ??= now + this.#timing.timeout
  }

  /** Sends up to `size` bytes from a sequence number, with the end of all if they reach it. The next number. */
  #sendAt(sequence: number, size: number, now: number): number {
    const ahead = minus(sequence, this.#unacknowledged)
    const payload = this.#queue.peek(ahead, Math.max(0, size))
    const fin = this.#isFinishing && ahead + payload.length >= this.#queue.length
    this.#transmit(sequence, payload, { fin, psh: payload.length > 0 })
    const next = plus(sequence, payload.length + (fin ? 1 : 0))
    if (isBefore(this.#furthest, next)) {
      this.#furthest = next
      this.#timed ??= { sequence: next, at: now }
    }
    this.#timerAt ??= now + this.#timing.timeout
    return next
  }

  #acknowledge(): void {
    this.#transmit(this.#next, nothing, {})
  }

  #transmit(
    sequence: number,
    payload: Uint8Array,
    flags: Partial<Pick<TcpSegment, 'fin' | 'rst' | 'psh'>>,
  ): void {
    this.#events.transmit({ ...this.#header(sequence), ...flags, payload })
  }

  #header(sequence: number) {
    this.#told = Math.min(LARGEST_WINDOW, this.#events.room())
    const flags = { syn: false, ack: true, fin: false, rst: false, psh: false }
    return { sequence, acknowledgement: this.#expected, window: this.#told, ...flags }
  }

  /** Both sides have said that they are done, and know it of each other. */
  #isDone(): boolean {
    return this.#peerHasFinished && this.#hasFinished
  }

  #end(reason?: string): void {
    this.#isOver = true
    this.#events.closed(reason)
  }
}
