import { closest, distance } from 'fastest-levenshtein'
import type { ServedFile } from './chain.ts'

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
    const nearest = this.#nearest(wanted)
    return {
      found: false,
      expected: this.#expectsMiss(wanted),
      ...(nearest === undefined ? {} : { nearest }),
    }
  }

  /** The served name a person most likely meant, if one is near: at most a third of its letters differ. */
  #nearest(wanted: string): string | undefined {
    // Names are compared without their case: `Boot` for `boot` is the most common slip.
    const candidates = new Map([...this.#files.keys()].map((name) => [name.toLowerCase(), name]))
    const lower = wanted.slice(0, 255).toLowerCase()
    if (candidates.size === 0) return undefined
    const found = closest(lower, [...candidates.keys()])
    return distance(lower, found) <= Math.max(1, found.length / 3) ? candidates.get(found) : undefined
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
