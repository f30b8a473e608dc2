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
  /** The unfinished line was given out as a prompt already. */
  #told = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** Bytes are taken as Latin-1, so that none is lost. Empty lines are left out. */
  push(bytes: Buffer): void {
    this.#line += bytes.toString('latin1')
    const lines = this.#line.split(/[\r\n]+/)
    this.#line = lines.pop() ?? ''
    if (lines.length > 0) this.#told = false
    for (const line of lines) this.#emit(line)
    while (this.#line.length > LONGEST_LINE) {
      this.#emit(this.#line.slice(0, LONGEST_LINE))
      this.#line = this.#line.slice(LONGEST_LINE)
    }
  }

  /** The line that has not ended, once for each: what a target waits behind when it says no more. */
  prompt(): string | undefined {
    const text = plain(this.#line)
    if (this.#told || text === '') return undefined
    this.#told = true
    return text
  }

  /** Gives out the last line if it never ended. */
  end(): void {
    this.#emit(this.#line)
    this.#line = ''
  }

  #emit(line: string): void {
    const text = plain(line)
    for (let at = 0; at < text.length; at += LONGEST_LINE) this.#onLine(text.slice(at, at + LONGEST_LINE))
  }
}

function plain(line: string): string {
  return line.replace(ESCAPE_SEQUENCE, '').replace(OTHER_CONTROLS, '').trimEnd()
}
