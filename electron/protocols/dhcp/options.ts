/**
 * One DHCP option: its code, and how its bytes become a value. A codec sees the whole value, after RFC 3396
 * has put long options together again.
 */
export interface OptionCodec<T> {
  readonly code: number
  /** In the words of its RFC. */
  readonly name: string
  /** Throws a `DecodeError` when the bytes are no such value. */
  decode(bytes: Buffer): T
  encode(value: T): Uint8Array
  /** For people. */
  describe(value: T): string
}

/** Fills the space between options (RFC 2132 section 3.1). */
export const PAD = 0
/** Ends the options of a field (RFC 2132 section 3.2). */
export const END = 255

/** The options of a message in the order in which they are sent, each code once. */
export class Options implements Iterable<[code: number, value: Uint8Array]> {
  readonly #values = new Map<number, Uint8Array>()

  /** The value of an option, undefined when it was not sent. Throws a `DecodeError` when it is malformed. */
  get<T>(option: OptionCodec<T>): T | undefined {
    const bytes = this.raw(option.code)
    return bytes === undefined ? undefined : option.decode(bytes)
  }

  /** Adds an option after those already there; a code that is there keeps its place. */
  set<T>(option: OptionCodec<T>, value: T): this {
    return this.setRaw(option.code, option.encode(value))
  }

  has(option: OptionCodec<unknown>): boolean {
    return this.#values.has(option.code)
  }

  raw(code: number): Buffer | undefined {
    const bytes = this.#values.get(code)
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  setRaw(code: number, value: Uint8Array): this {
    this.#values.set(code, value)
    return this
  }

  [Symbol.iterator](): IterableIterator<[code: number, value: Uint8Array]> {
    return this.#values.entries()
  }
}
