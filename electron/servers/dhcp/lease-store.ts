import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Lease } from './leases.ts'

/** Where leases are kept from one session to the next. */
export interface LeaseStore {
  load(): Promise<readonly Lease[]>
  save(leases: readonly Lease[]): Promise<void>
}

const LeaseFile = z.object({
  version: z.literal(1),
  leases: z.array(z.object({ mac: z.string(), address: z.ipv4(), expires: z.number() })),
})

/**
 * Leases in a JSON file, which is replaced as a whole: a crash leaves the old file or the new one. A file that
 * cannot be read is moved to a name with `.damaged`, told about, and the session starts without it.
 */
export class FileLeaseStore implements LeaseStore {
  readonly #path: string
  readonly #notice: (text: string, remedy?: string) => void

  constructor(path: string, notice: (text: string, remedy?: string) => void) {
    this.#path = path
    this.#notice = notice
  }

  async load(): Promise<readonly Lease[]> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        this.#notice(`The leases in ${this.#path} cannot be read: ${String(error)}.`)
      return []
    }
    try {
      return LeaseFile.parse(JSON.parse(text)).leases
    } catch {
      await this.#moveAside()
      return []
    }
  }

  async save(leases: readonly Lease[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    const temporary = `${this.#path}.new`
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(JSON.stringify({ version: 1, leases }))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, this.#path)
  }

  async #moveAside(): Promise<void> {
    const damaged = `${this.#path}.damaged`
    const moved = await rename(this.#path, damaged).then(
      () => `It was moved to ${damaged}.`,
      (error: unknown) => `It could not be moved aside: ${String(error)}.`,
    )
    this.#notice(
      `The lease file ${this.#path} is damaged and was not used. ${moved}`,
      'Targets may get other addresses than last time; nothing else is lost.',
    )
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** However many leases change, they are written at most this often. */
const SAVE_INTERVAL_MS = 1000

/** Writes leases some time after they changed, never twice at once, and the last change before `flush` returns. */
export class LeaseSaver {
  readonly #store: LeaseStore
  readonly #snapshot: () => readonly Lease[]
  readonly #onFailure: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  constructor(store: LeaseStore, snapshot: () => readonly Lease[], onFailure: (error: unknown) => void) {
    this.#store = store
    this.#snapshot = snapshot
    this.#onFailure = onFailure
  }

  schedule(): void {
    this.#timer ??= setTimeout(() => this.#save(), SAVE_INTERVAL_MS).unref()
  }

  async flush(): Promise<void> {
    if (this.#timer !== undefined) this.#save()
    await this.#saving
  }

  #save(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#saving = this.#saving.then(() => this.#store.save(this.#snapshot())).catch(this.#onFailure)
  }
}
