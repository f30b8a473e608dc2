import * as fs from 'node:fs'
import { join } from 'node:path'
import { FileType } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { isLocal, lookAtOnce } from './at-once.ts'
import * as disk from './disk.ts'
import { stale } from './errors.ts'
import { componentsOf, originOf, type FolderNode } from './folder-nodes.ts'
import { OpenFiles } from './open-files.ts'
import type { Stats } from './stats.ts'
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
  /** Whether the folder is in a file system of this computer that keeps in memory what is known of open files. */
  readonly isLocal: boolean
  /** What is at a name in a directory, without following a link; undefined when that takes time to find out. */
  lookAtOnce(directory: FolderNode, name: string): Stats | undefined
  within<T>(directory: FolderNode, action: (directory: InDirectory) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const DESCRIPTORS = '/proc/self/fd'

export function folderAccess(folder: string): FolderAccess {
  const isAnchored = process.platform === 'linux' && fs.existsSync(DESCRIPTORS)
  return isAnchored ? new AnchoredAccess(folder, isLocal(folder)) : new VerifiedAccess(folder)
}

/**
 * Linux: a name is reached from its open directory, as openat(2) does, by the name that the kernel gives to
 * every descriptor. A directory is opened from its parent without following a link, and has to be the one meant.
 */
class AnchoredAccess implements FolderAccess {
  readonly #folder: string
  readonly #open = new OpenFiles(fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW)

  readonly isLocal: boolean

  constructor(folder: string, isLocal: boolean) {
    this.#folder = folder
    this.isLocal = isLocal
  }

  lookAtOnce(directory: FolderNode, name: string): Stats | undefined {
    const open = this.isLocal ? this.#open.opened(directory.id) : undefined
    return open && lookAtOnce(open.fd, name)
  }

  within<T>(directory: FolderNode, action: (directory: InDirectory) => Promise<T>): Promise<T> {
    const { parent, name } = directory
    const verify = (stats: Stats) => {
      if (originOf(stats) !== directory.origin) throw stale()
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
  readonly isLocal = false
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  lookAtOnce(): undefined {
    return undefined
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
      if (stats === undefined || originOf(stats) !== each.origin) throw stale()
      if (stats.type !== FileType.DIRECTORY) throw new NfsError(Status.NOTDIR, 'not a directory')
    }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
