/** Milliseconds. A boot ROM that draws or writes to disk pauses longer than the floor; a spare block does no harm. */
const FLOOR = 50
const CEILING = 4000
const INITIAL = 500

/**
 * How long to wait for an ACK before sending again, as RFC 6298 estimates it for TCP, with bounds for one
 * cable instead of the whole internet. An interval that the client asked for (RFC 2349) is kept as it is.
 */
export class Retransmission {
  readonly #fixed: number | undefined
  #smoothed = 0
  #variation = 0
  #interval = INITIAL

  /** `timeout` is in seconds, as negotiated. */
  constructor(timeout?: number) {
    this.#fixed = timeout === undefined ? undefined : timeout * 1000
  }

  /** Milliseconds until what was sent counts as lost. */
  get interval(): number {
    return this.#fixed ?? this.#interval
  }

  /** The smoothed round trip in milliseconds; 0 before the first sample. */
  get roundTrip(): number {
    return this.#smoothed
  }

  /** Takes a round trip in milliseconds of something that was sent only once (Karn's algorithm). */
  sample(roundTrip: number): void {
    if (this.#smoothed === 0) {
      this.#smoothed = roundTrip
      this.#variation = roundTrip / 2
    } else {
      this.#variation += (Math.abs(this.#smoothed - roundTrip) - this.#variation) / 4
      this.#smoothed += (roundTrip - this.#smoothed) / 8
    }
    this.#interval = Math.min(CEILING, Math.max(FLOOR, this.#smoothed + 4 * this.#variation))
  }

  backOff(): void {
    this.#interval = Math.min(CEILING, this.#interval * 2)
  }
}
