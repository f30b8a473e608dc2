import type { ExportedNode } from './exports.ts'
import { unguarded } from './guarded-volume.ts'
import { Status } from '../../protocols/nfs/status.ts'
import { NfsError, type Found, type Listed } from './volume/volume.ts'

/** An entry of a directory with its cookie, before a version puts it into its own form. */
export interface Entry {
  readonly name: string
  readonly cookie: number
  readonly found: Found
}

export interface Page {
  readonly entries: readonly Entry[]
  readonly eof: boolean
}

export interface PageOptions {
  /** The cookie of the last entry that the client has; 0 to start. */
  readonly after: number
  /** How many bytes entries may take. */
  readonly room: number
  /** The bytes that an entry of this name takes. */
  readonly sizeOf: (name: string) => number
  /** A name's cookie from its place: larger for a larger place, and above that of `..`. */
  readonly cookieOf: (place: number) => number
}

const SELF_COOKIE = 1
const PARENT_COOKIE = 2
/** Cookies of names begin after those of `.` and `..`. */
export const FIRST_COOKIE = 3

/** The entries of a directory that follow a cookie, as many as there is room for, `.` and `..` first. */
export async function page(directory: ExportedNode, options: PageOptions): Promise<Page> {
  const { volume, key } = directory
  const { after, sizeOf } = options
  const groups = groupByCookie(await volume.list(key), options)
  // Who may list a directory is told what is in it, though perhaps not let in.
  const whole = unguarded(volume)
  const entries: Entry[] = []
  let room = options.room
  for (let at = firstAfter(groups, after); at < groups.length; at += 1) {
    const { cookie, names } = groups[at]!
    // Names that share a cookie go together: a listing that stopped between them could not go on.
    room -= names.reduce((sum, name) => sum + sizeOf(name), 0)
    if (room < 0) {
      if (entries.length === 0) throw new NfsError(Status.TOOSMALL, 'no room for a single entry')
      return { entries, eof: false }
    }
    const found = await Promise.all(names.map((name) => whole.lookup(key, name).catch(absent)))
    for (const [index, each] of found.entries())
      if (each !== undefined) entries.push({ name: names[index]!, cookie, found: each })
  }
  return { entries, eof: true }
}

interface Group {
  readonly cookie: number
  readonly names: readonly string[]
}

function groupByCookie(listed: readonly Listed[], { cookieOf }: PageOptions): readonly Group[] {
  const groups: { readonly cookie: number; readonly names: string[] }[] = [
    { cookie: SELF_COOKIE, names: ['.'] },
    { cookie: PARENT_COOKIE, names: ['..'] },
  ]
  for (const { name, place } of listed) {
    const cookie = cookieOf(place)
    const last = groups.at(-1)!
    if (last.cookie === cookie) last.names.push(name)
    else groups.push({ cookie, names: [name] })
  }
  return groups
}

function firstAfter(groups: readonly Group[], cookie: number): number {
  let low = 0
  let high = groups.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (groups[middle]!.cookie > cookie) high = middle
    else low = middle + 1
  }
  return low
}

/** Removed since the listing was made. */
function absent(error: unknown): undefined {
  if (!(error instanceof NfsError)) throw error
}
