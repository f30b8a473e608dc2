/** A longer line is cut into several, since a target may never end one. */
const LONGEST_LINE = 1024

/**
 * Escape sequences of terminals (ECMA-48 section 5.4): control sequences such as colours and cursor moves,
 * strings such as window titles, and two-byte ones.
 */
const ESCAPE_SEQUENCE = new RegExp(
  [
    String.raw`\x1b\[[0-?]*[ -/]*[@-~]`,
    String.raw`\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)`,
    String.raw`\x1b[ -/]*[0-OQ-WYZ\\\x60-~]`,
  ].join('|'),
  'g',
)
const OTHER_CONTROLS = new RegExp(String.raw`[\x00-\x08\x0b-\x1f\x7f]`, 'g')

/** Makes lines of plain text from what a target writes to its serial port. */
export class ConsoleLines {
  readonly #onLine: (line: string) => void
  #line = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** Bytes are taken as Latin-1, so that none is lost. Empty lines are left out. */
  push(bytes: Buffer): void {
    this.#line += bytes.toString('latin1')
    const lines = this.#line.split(/[\r\n]+/)
    this.#line = lines.pop() ?? ''
    for (const line of lines) this.#emit(line)
    while (this.#line.length > LONGEST_LINE) {
      this.#emit(this.#line.slice(0, LONGEST_LINE))
      this.#line = this.#line.slice(LONGEST_LINE)
    }
  }

  /** Gives out the last line if it never ended. */
  end(): void {
    this.#emit(this.#line)
    this.#line = ''
  }

  #emit(line: string): void {
    const plain = line.replace(ESCAPE_SEQUENCE, '').replace(OTHER_CONTROLS, '').trimEnd()
    for (let at = 0; at < plain.length; at += LONGEST_LINE) this.#onLine(plain.slice(at, at + LONGEST_LINE))
  }
}
