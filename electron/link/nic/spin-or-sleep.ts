/** Waits that each way is tried with, and that the faster one is then kept for. */
const TRIAL = 128
const TERM = 8192
/** How much faster spinning has to be for keeping a processor busy. */
const WORTH = 0.85

/**
 * Learns whether the next datagram is better waited for by asking again and again or by sleeping. Waking a
 * sleeper on another processor can take longer than the whole answer, above all in a virtual machine; but where
 * the peer is a process on the same processor, it only runs while this one sleeps. Which of both it is, is the
 * scheduler's business and changes, so it is measured.
 */
export class SpinOrSleep {
  #phase: 'try-sleeping' | 'try-spinning' | 'decided' = 'try-sleeping'
  #spins = false
  #elapsed = 0
  #datagrams = 0
  #waits = 0
  #sleeping = 0

  get spins(): boolean {
    return this.#spins
  }

  /** Tells how long in milliseconds it took to wait once, and to answer the datagrams that came. */
  took(elapsed: number, datagrams: number): void {
    this.#elapsed += elapsed
    this.#datagrams += datagrams
    if (++this.#waits < (this.#phase === 'decided' ? TERM : TRIAL)) return
    const each = this.#elapsed / this.#datagrams
    this.#elapsed = this.#datagrams = this.#waits = 0
    switch (this.#phase) {
      case 'try-sleeping':
        this.#sleeping = each
        this.#spins = true
        this.#phase = 'try-spinning'
        break
      case 'try-spinning':
        this.#spins = each < this.#sleeping * WORTH
        this.#phase = 'decided'
        break
      case 'decided':
        this.#spins = false
        this.#phase = 'try-sleeping'
    }
  }
}
