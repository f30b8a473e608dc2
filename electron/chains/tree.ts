import type { ServedFile } from './chain.ts'
import { nearestOf } from './nearest.ts'

/** What became of a name that a target asked for. */
export type Lookup =
  | { readonly found: true; readonly file: ServedFile }
  | { readonly found: false; readonly expected: boolean; readonly nearest?: string }

/**
 * The names that a session serves. It is a table and no folder: a name that is not in it cannot be reached,
 * whatever it is made of.
 */
export class ServedTree {
  readonly #files = new Map<string, ServedFile>()
  readonly #expectsMiss: (name: string) => boolean

  constructor(files: readonly ServedFile[], expectsMiss: (name: string) => boolean = () => false) {
    for (const file of files) this.#files.set(canonical(file.name), file)
    this.#expectsMiss = expectsMiss
  }

  get files(): readonly ServedFile[] {
    return [...this.#files.values()]
  }

  /** Finds a name in any of the spellings loaders use for it. */
  lookup(name: string): Lookup {
    const wanted = canonical(name)
    const file = this.#files.get(wanted)
    if (file !== undefined) return { found: true, file }
    const nearest = nearestOf(wanted, this.#files.keys())
    return {
      found: false,
      expected: this.#expectsMiss(wanted),
      ...(nearest === undefined ? {} : { nearest }),
    }
  }
}

/** `\`, doubled slashes, a leading `/` and `./` all mean the same to a boot loader. */
function canonical(name: string): string {
  return name
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}
