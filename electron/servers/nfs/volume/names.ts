import { Status } from '../../../protocols/nfs/status.ts'
import { NfsError } from './volume.ts'

/** The longest name in bytes of UTF-8. */
export const NAME_LIMIT = 255

/** Characters that would make a path, or another thing than a file, out of a name. */
const impossible = process.platform === 'win32' ? /[\0/\\:*?"<>|]/ : /[\0/]/

/** U+FFFD stands for bytes that are no UTF-8. */
const unreadable = '\uFFFD'

/** Throws for a name that no file can have. */
export function checkLookup(name: string): void {
  checkLength(name)
  if (name === '' || impossible.test(name) || name.includes(unreadable))
    throw new NfsError(Status.NOENT, 'no file can have this name')
}

/** Throws for a name that cannot be made, removed or renamed. */
export function checkChange(name: string): void {
  checkLength(name)
  if (name === '' || name === '.' || impossible.test(name) || name.includes(unreadable))
    throw new NfsError(Status.INVAL, 'no file can have this name')
  if (name === '..') throw new NfsError(Status.EXIST, 'the parent cannot be changed by this name')
}

function checkLength(name: string): void {
  if (Buffer.byteLength(name) > NAME_LIMIT)
    throw new NfsError(Status.NAMETOOLONG, `a name of more than ${NAME_LIMIT} bytes`)
}

/** The parts of a path as clients write it, with any number of slashes. Throws when it goes upwards. */
export function pathComponents(path: string): string[] {
  const components = path.split('/').filter((part) => part !== '' && part !== '.')
  if (components.includes('..')) throw new NfsError(Status.ACCES, 'a path to mount cannot go upwards')
  return components
}
