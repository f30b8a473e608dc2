import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { userInfo } from 'node:os'

/** Who the service runs as after it gave root up. */
export interface ServingUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** How it was found, as the end of a sentence: `who called sudo`. */
  readonly origin: string
}

/** Root could not be given up, or the user to go on as is not known. Nothing may be served then. */
export class PrivilegeError extends Error {
  override readonly name = 'PrivilegeError'
}

/** Root's answer on Unix. Windows has no such user, and its commands say so themselves when they are refused. */
export function mayAdminister(): boolean {
  return process.platform === 'win32' || process.geteuid?.() === 0
}

/**
 * The user to go on as: the one named, else the one who called sudo or pkexec, else `nobody`. A root login without
 * either has no person behind it whose rights would be right, and files that `nobody` cannot read are told by
 * `unreadableFiles`.
 */
export function servingUser(environment: NodeJS.ProcessEnv, named?: string): ServingUser {
  if (named !== undefined) return lookUp(named, 'who was named')
  const { SUDO_UID, PKEXEC_UID } = environment
  if (isPerson(SUDO_UID)) return lookUp(SUDO_UID, 'who called sudo', environment.SUDO_GID)
  if (isPerson(PKEXEC_UID)) return lookUp(PKEXEC_UID, 'who was asked for the password')
  return lookUp('nobody', 'because nobody called through sudo')
}

/**
 * Gives root up for good: supplementary groups, group and user. Does nothing and returns nothing when this is not
 * root. Throws a `PrivilegeError` when root could be had back.
 */
export function dropPrivileges(named?: string): ServingUser | undefined {
  if (process.geteuid?.() !== 0) return undefined
  const user = servingUser(process.env, named)
  if (user.uid === 0) throw new PrivilegeError('Bootwire does not serve as root. Name another user.')
  // The order matters: without root none of the groups can be given up.
  process.setgroups?.(groupsOf(user))
  process.setgid?.(user.gid)
  process.setuid?.(user.uid)
  verify(user)
  const { username, homedir } = ownInfo(user)
  // Files of the user's own are looked for by these.
  Object.assign(process.env, { HOME: homedir, USER: username, LOGNAME: username })
  return user
}

/** Those of `paths` that this process, as the user it now is, cannot read. */
export async function unreadableFiles(paths: readonly string[]): Promise<string[]> {
  const readable = await Promise.all(
    paths.map((path) =>
      access(path, constants.R_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return paths.filter((_, index) => !readable[index])
}

function isPerson(uid: string | undefined): uid is string {
  return uid !== undefined && /^\d+$/.test(uid) && Number(uid) !== 0
}

/** Asks `id`, because the users of a computer need not be in a file. A number that has no user is one nonetheless. */
function lookUp(user: string, origin: string, gid?: string): ServingUser {
  const ask = (option: string) => {
    try {
      return execFileSync('id', [option, '--', user], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    } catch {
      return undefined
    }
  }
  const uid = ask('-u') ?? (/^\d+$/.test(user) ? user : undefined)
  const group = ask('-g') ?? gid
  if (uid === undefined || group === undefined)
    throw new PrivilegeError(`There is no user ${user} on this computer to go on as. Name another one.`)
  return { name: ask('-un') ?? user, uid: Number(uid), gid: Number(group), origin }
}

function groupsOf({ name, gid }: ServingUser): number[] {
  try {
    const groups = execFileSync('id', ['-G', '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return groups.trim().split(' ').map(Number)
  } catch {
    return [gid]
  }
}

function verify(user: ServingUser): void {
  const became = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()]
  if (became.join() !== [user.uid, user.uid, user.gid, user.gid].join())
    throw new PrivilegeError(`Root could not be given up: this process is not ${user.name}.`)
  if (succeeds(() => process.setuid?.(0)) || (user.gid !== 0 && succeeds(() => process.setgid?.(0))))
    throw new PrivilegeError('Root could not be given up: it can be had back.')
  if (process.platform !== 'linux') return
  const capabilities = readFileSync('/proc/self/status', 'utf8').matchAll(
    /^Cap(Prm|Eff|Amb):\s*([0-9a-f]+)$/gm,
  )
  for (const [, set = '', bits = ''] of capabilities)
    if (BigInt(`0x${bits}`) !== 0n)
      throw new PrivilegeError(`Root could not be given up: capabilities are left (${set} ${bits}).`)
}

function succeeds(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}

function ownInfo({ name }: ServingUser): { readonly username: string; readonly homedir: string } {
  try {
    return userInfo()
  } catch {
    // A number without a user has no home.
    return { username: name, homedir: '/' }
  }
}
