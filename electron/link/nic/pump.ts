import { PollSet, receive, setBlocking, setPatience } from '../native/receive.ts'

/**
 * Milliseconds that an answer is waited for at the most. Longer than a tick of the kernel's clock: a shorter
 * wait makes it program a timer each time, which costs more than all the rest.
 */
const PATIENCE = 5
/** Milliseconds after which the event loop has its turn, and a wait that is too long to be worth it. */
const TURN = 1
const LONG_WAIT = 0.25
/** Long waits in a row that end the waiting, and how many datagrams later it is tried again. */
const LONG_WAITS = 4
const RETRY = 64

/**
 * Receives for peers that answer faster than the event loop turns. In lockstep every microsecond between an
 * ACK and the next block counts, and a turn of the event loop is many; so when a datagram was answered the next
 * one is waited for on the spot. Where answers take longer, as they do over most real cables, the waiting is
 * soon given up and only tried again now and then.
 */
export class Pump {
  readonly #set = new PollSet()
  readonly #peers = new Map<number, (data: Buffer) => void>()
  readonly #buffer = Buffer.allocUnsafeSlow(65536)
  /** Views of the first bytes, because nearly all that comes is an ACK of four. */
  readonly #short = Array.from({ length: 16 }, (_, length) => this.#buffer.subarray(0, length))
  #sent = false
  #longWaits = 0
  #skipped = 0
  #isRunning = false

  /** The descriptor must be connected, and one on which reading does not wait. */
  add(fd: number, onDatagram: (data: Buffer) => void): void {
    // Strangers may have sent between bind and connect.
    while (receive(fd, this.#buffer) >= 0);
    setPatience(fd, PATIENCE)
    this.#peers.set(fd, onDatagram)
    this.#set.add(fd)
  }

  /** To be called before the descriptor is closed. */
  remove(fd: number): void {
    if (this.#peers.delete(fd)) this.#set.remove(fd)
  }

  /** To be called when a peer was sent something: only then is there an answer to wait for. */
  sent(): void {
    this.#sent = true
  }

  /** To be called after the event loop has delivered a datagram. */
  run(): void {
    if (this.#isRunning) return
    if (this.#longWaits >= LONG_WAITS && ++this.#skipped < RETRY) return
    this.#skipped = 0
    this.#isRunning = true
    this.#turn()
  }

  #turn(): void {
    // A lone peer's answer is waited for in recv(2) itself, which saves a call for every block.
    const lone = this.#set.size === 1 ? this.#set.fd(0) : undefined
    if (lone !== undefined) setBlocking(lone, true)
    const goesOn = this.#receiveFor(TURN)
    if (lone !== undefined && this.#peers.has(lone)) setBlocking(lone, false)
    if (goesOn) setImmediate(() => this.#turn())
    else this.#isRunning = false
  }

  /** Whether it is worth going on after the event loop has had its turn. */
  #receiveFor(milliseconds: number): boolean {
    const started = performance.now()
    for (let now = started; now - started < milliseconds;) {
      if (!this.#sent || this.#set.size === 0) return false
      this.#sent = false
      if (this.#set.size > 1) {
        const ready = this.#set.wait(PATIENCE)
        const after = performance.now()
        if (!this.#isWorth(after - now)) return false
        now = after
        if (ready > 0) this.#takeAll()
      } else {
        const fd = this.#set.fd(0)
        const length = receive(fd, this.#buffer)
        const after = performance.now()
        if (length >= 0) this.#deliver(fd, length)
        if (!this.#isWorth(after - now)) return false
        now = after
      }
    }
    return true
  }

  #isWorth(wait: number): boolean {
    this.#longWaits = wait < LONG_WAIT ? 0 : this.#longWaits + 1
    return this.#longWaits < LONG_WAITS
  }

  /** Takes one datagram from each peer that has one, so that none waits for another's. */
  #takeAll(): void {
    const set = this.#set
    // Backwards: a peer that is closed on the way is replaced in the set by the last one, which was seen.
    for (let index = set.size - 1; index >= 0; index--) {
      if (index >= set.size || !set.isReady(index)) continue
      const fd = set.fd(index)
      const length = receive(fd, this.#buffer)
      if (length >= 0) this.#deliver(fd, length)
    }
  }

  #deliver(fd: number, length: number): void {
    this.#peers.get(fd)?.(this.#short[length] ?? this.#buffer.subarray(0, length))
  }
}
