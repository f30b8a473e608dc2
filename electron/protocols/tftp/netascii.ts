const LF = 10
const CR = 13

/**
 * Turns a file's bytes into netascii (RFC 1350 section 1, RFC 764): a line end is CR LF, and a CR that is none
 * is CR NUL. Works on pieces of any size; a pair may be split between two of them.
 */
export class NetasciiEncoder {
  /** The second byte of a pair whose first one filled the target, or -1. */
  #owed = -1

  /** Whether a byte is still to be written, although all input was read. */
  get owes(): boolean {
    return this.#owed !== -1
  }

  /** Encodes until `source` is read or `target` is full. */
  encode(source: Uint8Array, target: Uint8Array): { readonly read: number; readonly written: number } {
    let read = 0
    let written = 0
    while (written < target.length) {
      if (this.#owed !== -1) {
        target[written++] = this.#owed
        this.#owed = -1
        continue
      }
      if (read === source.length) break
      const byte = source[read++] as number
      if (byte === LF || byte === CR) {
        target[written++] = CR
        this.#owed = byte === LF ? LF : 0
      } else target[written++] = byte
    }
    return { read, written }
  }
}
