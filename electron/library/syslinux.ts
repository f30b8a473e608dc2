import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlanError, type MissingFile } from '../chains/chain.ts'
import {
  PXELINUX_FILES,
  type PxelinuxParts,
  type SyslinuxFile,
  type SyslinuxParts,
} from '../chains/pxelinux.ts'
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
  onThisComputer(
    'pxelinux and syslinux-common',
    '/usr/lib/PXELINUX',
    '/usr/lib/syslinux/modules/bios',
    '/usr/lib/syslinux',
  ),
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
const LAYOUTS: Record<SyslinuxFile, readonly string[]> = {
  'pxelinux.0': ['', 'bios/core'],
  'ldlinux.c32': ['', 'bios/com32/elflink/ldlinux'],
  'libcom32.c32': ['', 'bios/com32/lib'],
  'mboot.c32': ['', 'bios/com32/mboot'],
  memdisk: ['', 'bios/memdisk'],
}

const REMEDY =
  'On Debian and Ubuntu install the packages pxelinux and syslinux-common; elsewhere install syslinux, ' +
  'or download syslinux-6.03 from kernel.org, unpack it, and give Bootwire its folder.'

interface FoundPart {
  readonly file: Import
  readonly part: SyslinuxPart
  readonly origin: string
}
type FoundParts = ReadonlyMap<SyslinuxFile, FoundPart>

/** The files of Syslinux that booting by mboot.c32 takes; see `findSyslinuxFiles`. */
export async function findSyslinux(
  folders: readonly string[] = [],
  systemPlaces: readonly SyslinuxPlace[] = SYSTEM_PLACES,
): Promise<PxelinuxParts> {
  return findSyslinuxFiles(PXELINUX_FILES, folders, systemPlaces)
}

/**
 * Finds files of Syslinux by name. The user's folders come first, and if they hold a full set it is that which is
 * used; then each place of the system for itself; then what all of them have together.
 * @throws {PlanError} which names each file that is missing, or tells which file is of which version
 */
export async function findSyslinuxFiles<Name extends SyslinuxFile>(
  names: readonly Name[],
  folders: readonly string[] = [],
  systemPlaces: readonly SyslinuxPlace[] = SYSTEM_PLACES,
): Promise<SyslinuxParts<Name>> {
  const together = new Map<SyslinuxFile, FoundPart>()
  const problems: MissingFile[] = []
  const places = folders.length === 0 ? systemPlaces : [{ origin: 'your import', folders }, ...systemPlaces]
  for (const place of places) {
    const found = await searchPlace(names, place)
    for (const [name, part] of found) if (!together.has(name)) together.set(name, part)
    if (found.size < names.length) continue
    const problem = await mismatch(found)
    if (problem === undefined) return partsOf(found)
    // A mismatch in the user's own folders is told, and not covered up by taking other files.
    if (place.origin === 'your import') throw new PlanError([problem])
    problems.push(problem)
  }
  if (problems.length > 0) throw new PlanError(problems)
  const missing = names.filter((name) => !together.has(name))
  if (missing.length > 0) throw new PlanError(missing.map((what) => ({ what, remedy: REMEDY })))
  const inOrder = new Map(names.map((name) => [name, together.get(name)!]))
  const problem = await mismatch(inOrder)
  if (problem !== undefined) throw new PlanError([problem])
  return partsOf(inOrder)
}

async function searchPlace(
  names: readonly SyslinuxFile[],
  { origin, folders }: SyslinuxPlace,
): Promise<FoundParts> {
  const found = new Map<SyslinuxFile, FoundPart>()
  for (const name of names)
    for (const folder of folders)
      for (const layout of LAYOUTS[name]) {
        if (found.has(name)) continue
        const part = await readPart(join(folder, layout, name), name, origin)
        if (part !== undefined) found.set(name, part)
      }
  return found
}

/** Undefined when there is no such file, or it is something else under that name, as a UEFI module is. */
async function readPart(path: string, name: SyslinuxFile, origin: string): Promise<FoundPart | undefined> {
  try {
    const file = await describeImport(path)
    if (file.recognition.kind !== 'syslinux-part' || file.recognition.part.name !== name) return undefined
    return { file, part: file.recognition.part, origin }
  } catch (error) {
    if (error instanceof ImportError) return undefined
    throw error
  }
}

/** What does not fit together, as far as the files tell; undefined when nothing speaks against them. */
async function mismatch(found: FoundParts): Promise<MissingFile | undefined> {
  // memdisk is started as a Linux kernel is, by any version.
  const parts = [...found.values()].filter(({ part }) => part.name !== 'memdisk')
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

function partsOf<Name extends SyslinuxFile>(found: FoundParts): SyslinuxParts<Name> {
  const parts = [...found].map(
    ([
      name,
      {
        file: { path, size, sha256 },
        origin,
      },
    ]) => [name, { content: { kind: 'file', path, size, sha256 }, origin }],
  )
  return Object.fromEntries(parts) as SyslinuxParts<Name>
}
