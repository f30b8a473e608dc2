import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** Why no virtual target could be started, and what to do about it. */
export class MachineError extends Error {
  override readonly name = 'MachineError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

export interface Qemu {
  readonly path: string
  /** Such as `7.2.22`. */
  readonly version: string
}

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Install it: on Debian and Ubuntu "apt install qemu-system-x86", on Fedora "dnf install qemu-system-x86".',
  darwin: 'Install it: "brew install qemu".',
  win32: 'Install it: "winget install SoftwareFreedomConservancy.QEMU".',
}

/** Where installers put QEMU without telling PATH about it. */
const USUAL_FOLDERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['/opt/homebrew/bin', '/usr/local/bin'],
  win32: ['C:\\Program Files\\qemu'],
}

/** The first with `-netdev stream`. */
const OLDEST = { major: 7, minor: 2 }

/** Finds QEMU for 64-bit PCs. Rejects with a `MachineError` when there is none, or one too old for the wire. */
export async function findQemu(): Promise<Qemu> {
  const name = process.platform === 'win32' ? 'qemu-system-x86_64.exe' : 'qemu-system-x86_64'
  const install = INSTALL[process.platform] ?? 'Install QEMU for x86_64.'
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...(USUAL_FOLDERS[process.platform] ?? []),
  ]
  const path = await firstExecutable(folders.map((folder) => join(folder, name)))
  if (path === undefined)
    throw new MachineError(
      `The virtual target needs QEMU, and there is no ${name} on this computer.`,
      install,
    )

  const version = await versionOf(path)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor))
    throw new MachineError(
      `${path} is QEMU ${version}, which cannot be plugged into the virtual cable.`,
      `Version ${OLDEST.major}.${OLDEST.minor} or later can. ${install}`,
    )
  return { path, version }
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path, constants.X_OK)
      return path
    } catch {
      continue
    }
  }
  return undefined
}

async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000, windowsHide: true })
    const version = /version (\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1]
    if (version !== undefined) return version
    throw new Error(`it does not tell its version: ${stdout.trim()}`)
  } catch (error) {
    throw new MachineError(
      `${path} does not run: ${(error as Error).message.trim()}`,
      'Install QEMU again, or put a working one first in PATH.',
    )
  }
}
