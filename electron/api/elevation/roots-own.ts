import { lstat, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'

const WRITABLE_BY_OTHERS = 0o022

/**
 * Whether nobody but root can change what this path names: the file, and each folder on its way. What is run as root
 * in place has to be such a file; a FUSE mount, as that of an AppImage, is its user's and no such place.
 */
export async function isRootsOwn(path: string): Promise<boolean> {
  try {
    for (let at = await realpath(path); ; at = dirname(at)) {
      const { uid, mode } = await lstat(at)
      if (uid !== 0 || (mode & WRITABLE_BY_OTHERS) !== 0) return false
      if (at === dirname(at)) return true
    }
  } catch {
    return false
  }
}
