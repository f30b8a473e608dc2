/** The files and folders that a user gave, known again by what they are. */
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Recognition } from '../formats/recognise.ts'
import { identifyFolder } from './identify.ts'
import { describeImport, ImportError } from './import.ts'
import { isKextFolder } from './kexts.ts'

const StoredEntry = z.object({
  /** Absolute. */
  path: z.string(),
  name: z.string(),
  /** In bytes; 0 for a folder. */
  size: z.number(),
  /** In lower-case hexadecimal; empty for a folder. */
  sha256: z.string(),
  /** As `recognise` calls it, or `folder`. */
  kind: z.string(),
  /** What it is, in one sentence. */
  description: z.string(),
  /** Builds that are known not to work, and the like: each a whole sentence. */
  warnings: z.array(z.string()),
  /** Milliseconds since the Unix epoch. */
  addedAt: z.number(),
})
const Library = z.array(
  z.object({
    entry: StoredEntry,
    /** What the file looked like when it was last read: it is read again when it no longer does. */
    seen: z.object({ size: z.number(), modified: z.number() }),
    changed: z.boolean(),
  }),
)
type Library = z.infer<typeof Library>
type Kept = Library[number]

export interface LibraryEntry extends Readonly<z.infer<typeof StoredEntry>> {
  /** Whether it is still there, and still what it was. */
  readonly state: 'present' | 'missing' | 'changed'
}

/** Called with how many bytes of how many were read. */
export type ReadingProgress = (path: string, bytes: number, size: number) => void

/** The library in one file, which is written whole after each change. */
export class LibraryStore {
  readonly #path: string
  /** Changes are made one after the other: each reads what the one before has written. */
  #work: Promise<unknown> = Promise.resolve()

  /** @param path of its file, which need not be there yet */
  constructor(path: string) {
    this.#path = path
  }

  /** Looks at every entry's file again, and reads those that look different. The newest comes first. */
  list(): Promise<LibraryEntry[]> {
    return this.#inTurn(async () => {
      const kept = await this.#load()
      const verified = await Promise.all(kept.map(verify))
      const news = verified.map((one) => one.kept)
      if (news.some((one, index) => one !== kept[index])) await this.#save(news)
      return verified.map(({ entry }) => entry).sort((one, other) => other.addedAt - one.addedAt)
    })
  }

  /** Reads a file, or looks into a folder, and keeps what it is. Rejects with an `ImportError`. */
  add(path: string, onProgress: ReadingProgress = () => {}): Promise<LibraryEntry> {
    return this.#inTurn(async () => {
      const added = await describe(resolve(path), onProgress)
      const others = (await this.#load()).filter(({ entry }) => entry.path !== added.entry.path)
      await this.#save([...others, added])
      return { ...added.entry, state: 'present' }
    })
  }

  /** Forgets an entry; its file stays as it is. */
  forget(path: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#save((await this.#load()).filter(({ entry }) => entry.path !== path))
    })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }

  /** A file that is not there, or not a library, is an empty one: every entry can be given again. */
  async #load(): Promise<Library> {
    try {
      return Library.parse(JSON.parse(await readFile(this.#path, 'utf8')))
    } catch {
      return []
    }
  }

  async #save(library: Library): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeFile(`${this.#path}.new`, `${JSON.stringify(library, undefined, 2)}\n`, { mode: 0o600 })
    await rename(`${this.#path}.new`, this.#path)
  }
}

async function describe(path: string, onProgress: ReadingProgress): Promise<Kept> {
  const status = await stat(path).catch(() => undefined)
  const addedAt = Date.now()
  if (status?.isDirectory() === true) {
    const entry = { path, name: basename(path), size: 0, sha256: '', kind: 'folder', addedAt }
    return {
      entry: { ...entry, ...(await describeFolder(path)) },
      seen: { size: 0, modified: 0 },
      changed: false,
    }
  }
  const { name, size, sha256, recognition } = await describeImport(path, (bytes) =>
    onProgress(path, bytes, status?.size ?? bytes),
  )
  const { warnings = [] }: Recognition & { readonly warnings?: readonly string[] } = recognition
  const { kind, description } = recognition
  return {
    entry: { path, name, size, sha256, kind, description, warnings: [...warnings], addedAt },
    seen: { size, modified: status?.mtimeMs ?? 0 },
    changed: false,
  }
}

async function describeFolder(
  path: string,
): Promise<Pick<LibraryEntry, 'description'> & { warnings: string[] }> {
  const names = await readdir(path).catch((error: unknown) => {
    throw new ImportError(
      'not-readable',
      path,
      `${path} may not be read by this user: ${(error as Error).message}.`,
      'Copy it to a folder of yours, or change its permissions.',
    )
  })
  // Only there: whoever gives a home folder does not wait until all of it has been searched.
  if ([path, ...names].some(isKextFolder)) {
    const { description, skipped } = await identifyFolder(path)
    return { description, warnings: skipped.map(({ text }) => text) }
  }
  return {
    description: `A folder of ${names.length} ${names.length === 1 ? 'entry' : 'entries'}.`,
    warnings: [],
  }
}

/** `kept` is the entry as it was given when nothing about it is new. */
async function verify(kept: Kept): Promise<{ readonly entry: LibraryEntry; readonly kept: Kept }> {
  const { entry, seen, changed } = kept
  const status = await stat(entry.path).catch(() => undefined)
  if (status === undefined || status.isDirectory() !== (entry.kind === 'folder'))
    return { entry: { ...entry, state: 'missing' }, kept }
  if (entry.kind === 'folder' || (status.size === seen.size && status.mtimeMs === seen.modified))
    return { entry: { ...entry, state: changed ? 'changed' : 'present' }, kept }
  try {
    const now = await describe(entry.path, () => {})
    const isOther = now.entry.sha256 !== entry.sha256
    return {
      entry: { ...entry, state: isOther ? 'changed' : 'present' },
      kept: { entry, seen: now.seen, changed: isOther },
    }
  } catch {
    return { entry: { ...entry, state: 'missing' }, kept }
  }
}
