import type {
  DesktopApi,
  Failure,
  ImportOutcome,
  ImportProgress,
  LibraryEntry,
} from '../../electron/api/desktop.ts'
import { failureOf } from './failure.ts'

type ImportApi = Pick<
  DesktopApi,
  'imports' | 'chooseImports' | 'importFiles' | 'forgetImport' | 'onImportProgress'
>

export interface RefusedImport {
  readonly path: string
  readonly failure: Failure
}

/** The files that the user gave, as they were recognised. */
export class Library {
  entries = $state.raw<readonly LibraryEntry[]>([])
  refused = $state.raw<readonly RefusedImport[]>([])
  busy = $state(false)
  /** Large files take a while to be read and hashed. */
  progress = $state.raw<readonly ImportProgress[]>([])

  readonly #api: ImportApi

  constructor(api: ImportApi) {
    this.#api = api
    api.onImportProgress((progress) => (this.progress = progress))
  }

  async load(): Promise<void> {
    this.entries = await this.#api.imports()
  }

  /** Each answers with the paths of what was taken in. */
  choose(kind: 'files' | 'folder'): Promise<readonly string[]> {
    return this.#take(() => this.#api.chooseImports(kind))
  }

  drop(files: Promise<readonly File[]>): Promise<readonly string[]> {
    return this.#take(async () => this.#api.importFiles(await files))
  }

  async forget(path: string): Promise<void> {
    await this.#api.forgetImport(path)
    await this.load()
  }

  async #take(give: () => Promise<readonly ImportOutcome[]>): Promise<readonly string[]> {
    this.busy = true
    this.refused = []
    try {
      const outcomes = await give()
      this.refused = outcomes.filter((outcome) => 'failure' in outcome)
      await this.load()
      return outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome.entry.path] : []))
    } catch (error) {
      this.refused = [{ path: '', failure: failureOf(error) }]
      return []
    } finally {
      this.busy = false
    }
  }
}
