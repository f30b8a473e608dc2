import { awaitDatagram, ReadySet, receive, setBlocking, setPatience } from '../native/receive.ts'
import { SpinOrSleep } from './spin-or-sleep.ts'

/**
 * Milliseconds that an answer is waited for at the most. Longer than a tick of the kernel's clock: a shorter
 * wait makes it program a timer each time, which costs more than all the rest.
 */
const PATIENCE = 5
/** Milliseconds after which the event loop has its turn, and a wait that is too long to be worth it. */
const TURN = 2
const LONG_WAIT = 0.25
/** Milliseconds of asking again and again before it sleeps after all. */
const SPIN = 0.08
/** Long waits in a row that end the waiting, and how many datagrams later it is tried again. */
const LONG_WAITS = 4
const RETRY = 64

/**
 * Receives for peers that answer faster than the event loop turns. In lockstep every microsecond between an
 * ACK and the next block counts, and a turn of the event loop is many; so when a datagram was answered the next
 * one is waited for on the spot. Where answers take longer, as they do over most real cables, the waiting is
 * soon given up and only tried again now and then. Linux only; elsewhere the event loop does it all.
 */
export class Pump {
  readonly #set = new ReadySet()
  readonly #peers = new Map<number, (data: Buffer) => void>()
  readonly #buffer = Buffer.allocUnsafeSlow(65536)
  /** Views of the first bytes, because nearly all that comes is an ACK of four. */
  readonly #short = Array.from({ length: 16 }, (_, length) => this.#buffer.subarray(0, length))
  readonly #way = new SpinOrSleep()
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

  close(): void {
    this.#peers.clear()
    this.#set.close()
  }

  #turn(): void {
    // A lone peer's answer is waited for in recv(2) itself, which saves a call for every block.
    const [lone] = this.#peers.size === 1 ? this.#peers.keys() : []
    if (lone !== undefined) setBlocking(lone, true)
    const goesOn = this.#receiveFor(TURN, lone)
    if (lone !== undefined && this.#peers.has(lone)) setBlocking(lone, false)
    if (goesOn) setImmediate(() => this.#turn())
    else this.#isRunning = false
  }

  /** Whether it is worth going on after the event loop has had its turn. */
  #receiveFor(milliseconds: number, lone: number | undefined): boolean {
    const started = performance.now()
    for (let now = started; now - started < milliseconds;) {
      if (!this.#sent || this.#peers.size === 0) return false
      this.#sent = false
      const before = now
      const received = lone === undefined ? this.#receiveFromAll(now) : this.#receiveFrom(lone, now)
      now = performance.now()
      if (received > 0) this.#way.took(now - before, received)
      if (!this.#isWorth(now - before)) return false
    }
    return true
  }

  #receiveFrom(fd: number, now: number): number {
    let length = -1
    if (this.#way.spins)
      for (const end = now + SPIN; length < 0 && performance.now() < end;) length = receive(fd, this.#buffer)
    if (length < 0) length = awaitDatagram(fd, this.#buffer)
    return this.#deliver(fd, length)
  }

  /** One datagram from each peer that has one, so that none waits for another's. */
  #receiveFromAll(now: number): number {
    let ready = 0
    if (this.#way.spins)
      for (const end = now + SPIN; ready <= 0 && performance.now() < end;) ready = this.#set.wait(0)
    if (ready <= 0) ready = this.#set.wait(PATIENCE)
    let received = 0
    for (let index = 0; index < ready; index++) {
      const fd = this.#set.ready(index)
      // An earlier datagram of this round may have closed it.
      if (this.#peers.has(fd)) received += this.#deliver(fd, receive(fd, this.#buffer))
    }
    return received
  }

  #deliver(fd: number, length: number): number {
    if (length < 0) return 0
    this.#peers.get(fd)?.(this.#short[length] ?? this.#buffer.subarray(0, length))
    return 1
  }

  #isWorth(wait: number): boolean {
    this.#longWaits = wait < LONG_WAIT ? 0 : this.#longWaits + 1
    return this.#longWaits < LONG_WAITS
  }
}
