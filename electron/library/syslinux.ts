import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlanError, type MissingFile } from '../chains/chain.ts'
import { PXELINUX_FILES, type PxelinuxFile, type PxelinuxParts } from '../chains/pxelinux.ts'
import { unresolvedSymbols } from '../formats/syslinux-link.ts'
import { fitsTogether, versionText, type SyslinuxPart } from '../formats/syslinux.ts'
import { DecodeError } from '../protocols/bytes.ts'
import { describeImport, ImportError, type Import } from './import.ts'

/** Folders that together hold one distribution of Syslinux. */
export interface SyslinuxPlace {
  /** Where files from here come from, for people. */
  readonly origin: string
  readonly folders: readonly string[]
}

const onThisComputer = (owner: string, ...folders: string[]): SyslinuxPlace => ({
  origin: `${owner} on this computer`,
  folders,
})

/** Where packages put Syslinux; folders that are not there are passed over. */
export const SYSTEM_PLACES: readonly SyslinuxPlace[] = [
  // Debian, Ubuntu
  onThisComputer('pxelinux and syslinux-common', '/usr/lib/PXELINUX', '/usr/lib/syslinux/modules/bios'),
  // Fedora, openSUSE, Alpine, Gentoo
  onThisComputer('syslinux', '/usr/share/syslinux'),
  // Arch
  onThisComputer('syslinux', '/usr/lib/syslinux/bios'),
  // Homebrew on Apple silicon, on Intel and on Linux; MacPorts
  onThisComputer('syslinux', '/opt/homebrew/share/syslinux'),
  onThisComputer('syslinux', '/usr/local/share/syslinux'),
  onThisComputer('syslinux', '/home/linuxbrew/.linuxbrew/share/syslinux'),
  onThisComputer('syslinux', '/opt/local/share/syslinux'),
]

/** In which sub-folder of a folder that a user gave a file can be: flat, or as in the archive from kernel.org. */
const LAYOUTS: Record<PxelinuxFile, readonly string[]> = {
  'pxelinux.0': ['', 'bios/core'],
  'ldlinux.c32': ['', 'bios/com32/elflink/ldlinux'],
  'libcom32.c32': ['', 'bios/com32/lib'],
  'mboot.c32': ['', 'bios/com32/mboot'],
}

const REMEDY =
  'On Debian and Ubuntu install the packages pxelinux and syslinux-common; elsewhere install syslinux, ' +
  'or download syslinux-6.03 from kernel.org, unpack it, and give Bootwire its folder.'

interface FoundPart {
  readonly file: Import
  readonly part: SyslinuxPart
  readonly origin: string
}
type FoundParts = Partial<Record<PxelinuxFile, FoundPart>>

/**
 * Finds the files of Syslinux that booting by PXELINUX takes. The user's folders come first, and if they hold a
 * full set it is that which is used; then each place of the system for itself; then what all of them have together.
 * @throws {PlanError} which names each file that is missing, or tells which file is of which version
 */
export async function findSyslinux(
  folders: readonly string[] = [],
  systemPlaces: readonly SyslinuxPlace[] = SYSTEM_PLACES,
): Promise<PxelinuxParts> {
  const together: FoundParts = {}
  const problems: MissingFile[] = []
  const places = folders.length === 0 ? systemPlaces : [{ origin: 'your import', folders }, ...systemPlaces]
  for (const place of places) {
    const found = await searchPlace(place)
    for (const name of PXELINUX_FILES) if (found[name] !== undefined) together[name] ??= found[name]
    if (!isComplete(found)) continue
    const problem = await mismatch(found)
    if (problem === undefined) return partsOf(found)
    // A mismatch in the user's own folders is told, and not covered up by taking other files.
    if (place.origin === 'your import') throw new PlanError([problem])
    problems.push(problem)
  }
  if (problems.length > 0) throw new PlanError(problems)
  if (!isComplete(together)) throw new PlanError(missingFrom(together))
  const problem = await mismatch(together)
  if (problem !== undefined) throw new PlanError([problem])
  return partsOf(together)
}

async function searchPlace({ origin, folders }: SyslinuxPlace): Promise<FoundParts> {
  const found: FoundParts = {}
  for (const name of PXELINUX_FILES)
    for (const folder of folders)
      for (const layout of LAYOUTS[name]) {
        if (found[name] !== undefined) continue
        const part = await readPart(join(folder, layout, name), name, origin)
        if (part !== undefined) found[name] = part
      }
  return found
}

/** Undefined when there is no such file, or it is something else under that name, as a UEFI module is. */
async function readPart(path: string, name: PxelinuxFile, origin: string): Promise<FoundPart | undefined> {
  try {
    const file = await describeImport(path)
    if (file.recognition.kind !== 'syslinux-part' || file.recognition.part.name !== name) return undefined
    return { file, part: file.recognition.part, origin }
  } catch (error) {
    if (error instanceof ImportError) return undefined
    throw error
  }
}

function isComplete(found: FoundParts): found is Required<FoundParts> {
  return PXELINUX_FILES.every((name) => found[name] !== undefined)
}

function missingFrom(found: FoundParts): MissingFile[] {
  return PXELINUX_FILES.filter((name) => found[name] === undefined).map((what) => ({ what, remedy: REMEDY }))
}

/** What does not fit together, as far as the files tell; undefined when nothing speaks against them. */
async function mismatch(found: Required<FoundParts>): Promise<MissingFile | undefined> {
  const parts = PXELINUX_FILES.map((name) => found[name])
  const told = (these: readonly FoundPart[]) =>
    these.map(({ part, file }) => `${part.name} is of ${versionText(part)}, from ${file.path}`).join('; ')
  const old = parts.filter(({ part }) => part.generation !== 'elf')
  if (old.length > 0)
    return { what: 'A set of Syslinux files of version 5 or 6', remedy: `${told(old)}. ${REMEDY}` }
  const fits = parts.every(({ part }, index) =>
    parts.slice(index + 1).every((other) => fitsTogether(part, other.part)),
  )
  if (fits && (await linkedFully(parts))) return undefined
  return { what: 'A set of Syslinux files of one version', remedy: `${told(parts)}. ${REMEDY}` }
}

async function linkedFully(parts: readonly FoundPart[]): Promise<boolean> {
  const [pxelinux, ...modules] = await Promise.all(parts.map(({ file }) => readFile(file.path)))
  try {
    return pxelinux === undefined || unresolvedSymbols(pxelinux, modules).length === 0
  } catch (error) {
    // A module whose symbols cannot be read tells nothing for or against it.
    if (error instanceof DecodeError) return true
    throw error
  }
}

function partsOf(found: Required<FoundParts>): PxelinuxParts {
  const originated = ({ file: { path, size, sha256 }, origin }: FoundPart) => ({
    content: { kind: 'file' as const, path, size, sha256 },
    origin,
  })
  return {
    'pxelinux.0': originated(found['pxelinux.0']),
    'ldlinux.c32': originated(found['ldlinux.c32']),
    'libcom32.c32': originated(found['libcom32.c32']),
    'mboot.c32': originated(found['mboot.c32']),
  }
}
