import * as fs from 'node:fs'
import { join } from 'node:path'
import { Status } from '../../../protocols/nfs/status.ts'
import * as disk from './disk.ts'
import { stale } from './errors.ts'
import { componentsOf, identityOf, type FolderNode } from './folder-nodes.ts'
import { OpenFiles } from './open-files.ts'
import { NfsError } from './volume.ts'

/** Paths that are good while an action runs: of a name in the directory, and of the directory itself. */
export interface InDirectory {
  readonly at: (name: string) => string
  readonly itself: string
}

/**
 * Reaches names in the directories of an exported folder, and never what is outside of it: whoever swaps a
 * directory for a symbolic link while a client is at it gains nothing.
 */
export interface FolderAccess {
  within<T>(directory: FolderNode, action: (directory: InDirectory) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const DESCRIPTORS = '/proc/self/fd'

export function folderAccess(folder: string): FolderAccess {
  const isAnchored = process.platform === 'linux' && fs.existsSync(DESCRIPTORS)
  return isAnchored ? new AnchoredAccess(folder) : new VerifiedAccess(folder)
}

/**
 * Linux: a name is reached from its open directory, as openat(2) does, by the name that the kernel gives to
 * every descriptor. A directory is opened from its parent without following a link, and has to be the one meant.
 */
class AnchoredAccess implements FolderAccess {
  readonly #folder: string
  readonly #open = new OpenFiles(fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)

  constructor(folder: string) {
    this.#folder = folder
  }

  within<T>(directory: FolderNode, action: (directory: InDirectory) => Promise<T>): Promise<T> {
    const { parent, name } = directory
    const verify = (stats: disk.Stats) => {
      if (identityOf(stats) !== directory.id) throw stale()
    }
    return this.#open.use(
      directory.id,
      async (open) => {
        try {
          return parent === undefined
            ? await open(this.#folder, verify)
            : await this.within(parent, ({ at }) => open(at(name), verify))
        } catch (error) {
          throw isAbsent(error) ? stale() : error
        }
      },
      ({ fd }) => {
        const itself = `${DESCRIPTORS}/${fd}`
        return action({ itself, at: (child) => `${itself}/${child}` })
      },
    )
  }

  close(): Promise<void> {
    return this.#open.close()
  }
}

/** Elsewhere: every directory on the way has to be the one meant, before and after. */
class VerifiedAccess implements FolderAccess {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async within<T>(directory: FolderNode, action: (directory: InDirectory) => Promise<T>): Promise<T> {
    const itself = join(this.#folder, ...componentsOf(directory))
    await this.#verify(directory)
    const result = await action({ itself, at: (name) => join(itself, name) })
    await this.#verify(directory)
    return result
  }

  async #verify(directory: FolderNode): Promise<void> {
    for (let each: FolderNode | undefined = directory; each !== undefined; each = each.parent) {
      const stats = await disk.lstat(join(this.#folder, ...componentsOf(each))).catch(() => undefined)
      if (stats === undefined || identityOf(stats) !== each.id) throw stale()
      if (!stats.isDirectory()) throw new NfsError(Status.NOTDIR, 'not a directory')
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
