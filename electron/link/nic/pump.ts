import { PollSet, receive } from '../native/receive.ts'

/** Milliseconds that the next datagram is waited for before the event loop has its turn again. */
const PATIENCE = 0.04
/** Milliseconds that the event loop is kept waiting at the most. */
const TURN = 1
/** Waits in vain that end the waiting, and how many datagrams later it is tried again. */
const MISSES = 8
const RETRY = 64

/**
 * Receives for peers that answer faster than the event loop turns. In lockstep every microsecond between an
 * ACK and the next block counts, and a turn of the event loop is many; so after a datagram the next one is
 * waited for on the spot, for a moment. Where round trips are longer than that moment, as they are over most
 * real cables, the waiting is soon given up and only tried again now and then.
 */
export class Pump {
  readonly #set = new PollSet()
  readonly #peers = new Map<number, (data: Buffer) => void>()
  readonly #buffer = Buffer.allocUnsafeSlow(65536)
  /** Views of the first bytes, because nearly all that comes is an ACK of four. */
  readonly #short = Array.from({ length: 16 }, (_, length) => this.#buffer.subarray(0, length))
  #misses = 0
  #skipped = 0
  #isRunning = false

  add(fd: number, onDatagram: (data: Buffer) => void): void {
    this.#peers.set(fd, onDatagram)
    this.#set.add(fd)
  }

  /** To be called before the descriptor is closed. */
  remove(fd: number): void {
    if (this.#peers.delete(fd)) this.#set.remove(fd)
  }

  /** To be called after the event loop has delivered a datagram. */
  run(): void {
    if (this.#isRunning) return
    if (this.#misses >= MISSES && ++this.#skipped < RETRY) return
    this.#skipped = 0
    this.#turn()
  }

  #turn(): void {
    this.#isRunning = true
    const started = performance.now()
    let heard = started
    let count = 0
    for (let now = started; now - heard < PATIENCE; now = performance.now()) {
      if (now - started > TURN) {
        setImmediate(() => this.#turn())
        return
      }
      const received = this.#receiveOnce()
      if (received === 0) continue
      count += received
      heard = now
    }
    this.#isRunning = false
    if (count === 0) this.#misses++
    else this.#misses = 0
  }

  /** Takes one datagram from each peer that has one, so that none waits for another's. */
  #receiveOnce(): number {
    const set = this.#set
    if (set.size === 1) return this.#take(set.fd(0))
    if (set.size === 0 || set.poll() <= 0) return 0
    let received = 0
    // Backwards: a peer that is closed on the way is replaced in the set by the last one, which was seen.
    for (let index = set.size - 1; index >= 0; index--)
      if (index < set.size && set.isReady(index)) received += this.#take(set.fd(index))
    return received
  }

  #take(fd: number): number {
    const length = receive(fd, this.#buffer)
    if (length < 0) return 0
    this.#peers.get(fd)?.(this.#short[length] ?? this.#buffer.subarray(0, length))
    return 1
  }
}
