import { open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { Change } from './records.ts'
import { OverlayState } from './state.ts'

/** A journal is written anew when it has this many times as many lines as are needed. */
const WASTE = 4
const WASTE_FLOOR = 1000

/** The file that an overlay's changes are kept in. A change that was appended is on the disk. */
export class Journal {
  readonly state: OverlayState
  readonly #file: FileHandle
  #length: number

  /** Rejects, saying which line, when the file holds something else than a journal. */
  static async open(path: string): Promise<Journal> {
    const { state, lines, isTorn } = await replay(path)
    const needed = [...state.changes()]
    if (isTorn || lines > WASTE_FLOOR + WASTE * needed.length) {
      await writeFile(`${path}.new`, needed.map(toLine).join(''), { flush: true })
      await rename(`${path}.new`, path)
    }
    const file = await open(path, 'a', 0o600)
    return new Journal(state, file, (await file.stat()).size)
  }

  private constructor(state: OverlayState, file: FileHandle, length: number) {
    this.state = state
    this.#file = file
    this.#length = length
  }

  async append(changes: readonly Change[]): Promise<void> {
    const lines = Buffer.from(changes.map(toLine).join(''))
    try {
      await this.#file.appendFile(lines)
      await this.#file.datasync()
    } catch (error) {
      // Half a line would spoil the one after it.
      await this.#file.truncate(this.#length)
      throw error
    }
    this.#length += lines.length
    for (const change of changes) this.state.apply(change)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

interface Replayed {
  readonly state: OverlayState
  readonly lines: number
  /** The last line was not written to its end: the computer was turned off, and nobody was told of the change. */
  readonly isTorn: boolean
}

async function replay(path: string): Promise<Replayed> {
  const state = new OverlayState()
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n')
  const torn = lines.pop() ?? ''
  for (const [index, line] of lines.entries())
    try {
      state.apply(Change.parse(JSON.parse(line)))
    } catch (error) {
      throw new Error(
        `The changes kept in ${path} are damaged at line ${index + 1}. Remove its folder to start without them.`,
        { cause: error },
      )
    }
  return { state, lines: lines.length, isTorn: torn !== '' }
}

function toLine(change: Change): string {
  return `${JSON.stringify(change)}\n`
}
