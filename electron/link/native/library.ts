/** Functions of the C library, looked up at first use: it is not to be searched where nothing of it is called. */
import koffi, { type LibraryHandle } from 'koffi'

/** koffi knows the types of functions from their declarations only. */
export function fromC<Functions>(declare: (c: LibraryHandle) => Functions): () => Functions {
  let found: Functions | undefined
  return () => (found ??= declare(koffi.load(null)))
}

/** The same of functions of Linux; undefined elsewhere, and where the C library is too old to know them. */
export function fromLinux<Functions>(declare: (c: LibraryHandle) => Functions): () => Functions | undefined {
  const find = fromC(declare)
  let isKnown = process.platform === 'linux'
  return () => {
    if (!isKnown) return undefined
    try {
      return find()
    } catch {
      isKnown = false
      return undefined
    }
  }
}
