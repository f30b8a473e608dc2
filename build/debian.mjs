/** What booting needs from this computer: on Debian and its kin it is installed, elsewhere it is named. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { capture, note, step, StepError } from './step.mjs'

/** Each is there when its program is on the path, or its file exists. */
const forBoot = [
  { package: 'qemu-system-x86', program: 'qemu-system-x86_64' },
  { package: 'ipxe-qemu', file: '/usr/lib/ipxe/qemu/pxe-e1000.rom' },
  { package: 'pxelinux', file: '/usr/lib/PXELINUX/pxelinux.0' },
  { package: 'syslinux-common', file: '/usr/lib/syslinux/modules/bios/mboot.c32' },
  { package: 'gcc', program: 'gcc' },
  { package: 'binutils', program: 'ld' },
]

export const isRoot = process.getuid?.() === 0
export const hasApt = findProgram('apt-get') !== undefined && findProgram('dpkg-deb') !== undefined

/** @throws {StepError} which names the packages and how to install them */
export async function requireForBoot() {
  if (!hasApt) return nameMissingPrograms()
  const missing = forBoot
    .filter(({ program, file }) =>
      program ? findProgram(program) === undefined : !existsSync(/** @type {string} */ (file)),
    )
    .map((need) => need.package)
  if (missing.length === 0) return
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing]
  const asRoot = rootPrefix()
  if (asRoot === undefined)
    throw new StepError(
      `Bootwire needs Debian packages that are not installed: ${missing.join(', ')}.\n` +
        `Installing them takes root, and there is no sudo that answers. Run as root:\n\n    ${install.join(' ')}\n`,
    )
  if (!(await knowsPackages(missing))) await refreshLists()
  await step(`install ${missing.join(', ')}`, () => invocation(asRoot, install))
}

/** Makes apt's package lists current. Does nothing when that takes rights that this user does not have. */
export async function refreshLists() {
  const asRoot = rootPrefix()
  if (asRoot) await step('read the package lists', () => invocation(asRoot, ['apt-get', 'update']))
}

/** @param {string[]} packages */
export async function knowsPackages(packages) {
  const { status } = await capture('apt-get', ['--simulate', 'install', ...packages])
  return status === 0
}

/** @param {string} name @param {string} path folders to look in, as in `PATH` */
export function findProgram(name, path = process.env.PATH ?? '') {
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name]
  // Debian's users have no `sbin` on their path, and servers live there.
  const folders = [...path.split(delimiter), ...(process.platform === 'win32' ? [] : ['/usr/sbin', '/sbin'])]
  return folders.flatMap((folder) => names.map((file) => join(folder, file))).find(isExecutable)
}

function nameMissingPrograms() {
  const missing = forBoot.flatMap(({ program }) => (program && !findProgram(program) ? [program] : []))
  // gcc and ld may have a prefix on such a computer; the build of the target programs knows and tells.
  const fatal = missing.filter((program) => program.startsWith('qemu'))
  if (fatal.length > 0)
    throw new StepError(
      `Not found: ${fatal.join(', ')}. Install QEMU for x86 with your system's package manager and try again.`,
    )
}

/** @type {string[] | undefined | null} */
let knownPrefix = null

/** What to put before a command that needs root; undefined when there is no way. Asks for a password on a terminal. */
function rootPrefix() {
  if (knownPrefix === null) knownPrefix = isRoot ? [] : sudoAnswers() ? ['sudo'] : undefined
  return knownPrefix
}

function sudoAnswers() {
  if (findProgram('sudo') === undefined) return false
  const terminal = process.stdin.isTTY && process.stderr.isTTY
  if (terminal) note('some Debian packages are missing; sudo may ask for your password to install them')
  return spawnSync('sudo', terminal ? ['--validate'] : ['-n', 'true'], { stdio: 'inherit' }).status === 0
}

/** @param {string[]} prefix @param {string[]} command @returns {import('./step.mjs').Invocation} */
function invocation(prefix, command) {
  const [program, ...parameters] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command]
  return [/** @type {string} */ (program), parameters]
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
