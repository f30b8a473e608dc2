/**
 * How long to wait for an acknowledgement (RFC 6298) and how much to send ahead of it (RFC 5681), of one
 * connection. Times are milliseconds, sizes are bytes.
 */
const FIRST_TIMEOUT = 1000
/** RFC 6298 asks for a second, for networks of the world's size; here is a cable. */
const LEAST_TIMEOUT = 200
const LONGEST_TIMEOUT = 10_000
/** RFC 6928. */
const FIRST_WINDOW_SEGMENTS = 10
const LARGEST_WINDOW = 1024 * 1024

export class TcpTiming {
  readonly #segmentSize: number
  #smoothed: number | undefined
  #variation = 0
  #timeout = FIRST_TIMEOUT
  #window: number
  #threshold = LARGEST_WINDOW

  constructor(segmentSize: number) {
    this.#segmentSize = segmentSize
    this.#window = FIRST_WINDOW_SEGMENTS * segmentSize
  }

  get timeout(): number {
    return this.#timeout
  }

  /** How much may be on the way. */
  get window(): number {
    return this.#window
  }

  measured(roundTrip: number): void {
    if (this.#smoothed === undefined) {
      this.#smoothed = roundTrip
      this.#variation = roundTrip / 2
    } else {
      this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - roundTrip)
      this.#smoothed = 0.875 * this.#smoothed + 0.125 * roundTrip
    }
    this.#timeout = Math.max(LEAST_TIMEOUT, this.#smoothed + 4 * this.#variation)
  }

  acknowledged(bytes: number): void {
    const growth =
      this.#window < this.#threshold
        ? Math.min(bytes, this.#segmentSize)
        : Math.ceil((this.#segmentSize * this.#segmentSize) / this.#window)
    this.#window = Math.min(LARGEST_WINDOW, this.#window + growth)
  }

  /** A segment was lost, and others came through. */
  lost(onTheWay: number): void {
    this.#threshold = Math.max(2 * this.#segmentSize, Math.floor(onTheWay / 2))
    this.#window = this.#threshold
  }

  /** Nothing comes through. */
  timedOut(onTheWay: number): void {
    this.lost(onTheWay)
    this.#window = this.#segmentSize
    this.#timeout = Math.min(LONGEST_TIMEOUT, this.#timeout * 2)
  }
}
