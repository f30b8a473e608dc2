/** Kernel extensions on this computer's disk: bundles, and folders of them, as one mkext is made of. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { kextInfo, type KextInfo } from '../formats/darwin/kext.ts'
import { thin } from '../formats/fat.ts'
import { readMachO } from '../formats/macho.ts'
import type { MkextEntry } from '../formats/mkext/mkext.ts'
import { isDictionary, readPlist, type PlistDictionary } from '../formats/plist/plist.ts'
import { DecodeError } from '../protocols/bytes.ts'
import { ImportError } from './import.ts'

export interface KextBundle {
  /** Absolute. */
  readonly folder: string
  /** Where it will say that it came from: under `/System/Library/Extensions`. */
  readonly installedPath: string
  readonly list: PlistDictionary
  readonly info: KextInfo
}

/** What cannot be used, and why, as a sentence. */
export interface SkippedKext {
  readonly path: string
  readonly text: string
}

export interface FoundKexts {
  readonly bundles: readonly KextBundle[]
  readonly skipped: readonly SkippedKext[]
}

const INSTALLED = '/System/Library/Extensions'
/** Plug-ins lie in bundles, and bundles in folders: nobody nests them deeper. */
const DEPTH_LIMIT = 8

export function isKextFolder(path: string): boolean {
  return basename(path).toLowerCase().endsWith('.kext')
}

/**
 * Reads the property list of every bundle that is given, or in a folder that is given, with its plug-ins; in order
 * of their names, so that equal folders give equal archives.
 * @throws {ImportError} when a folder cannot be read
 */
export async function findKexts(paths: readonly string[]): Promise<FoundKexts> {
  const bundles: KextBundle[] = []
  const skipped: SkippedKext[] = []
  for (const given of paths.map((path) => resolve(path))) {
    const base = isKextFolder(given) ? join(given, '..') : given
    for (const folder of await bundleFolders(given, 0)) {
      try {
        const { list, info } = await readInfo(folder)
        const inside = relative(base, folder).split(sep).join('/')
        bundles.push({ folder, installedPath: `${INSTALLED}/${inside}`, list, info })
      } catch (error) {
        skipped.push({ path: folder, text: `${basename(folder)}: ${whyUnreadable(error)}` })
      }
    }
  }
  return { bundles, skipped }
}

async function bundleFolders(folder: string, depth: number): Promise<string[]> {
  if (depth > DEPTH_LIMIT) return []
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderError(folder, error)
  })
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  const found = isKextFolder(folder) ? [folder] : []
  for (const name of folders) found.push(...(await bundleFolders(join(folder, name), depth + 1)))
  return found
}

async function readInfo(folder: string): Promise<{ list: PlistDictionary; info: KextInfo }> {
  const bytes = await readFirst([join(folder, 'Contents', 'Info.plist'), join(folder, 'Info.plist')])
  const list = readPlist(bytes)
  const info = isDictionary(list) ? kextInfo(list) : undefined
  if (!isDictionary(list) || info === undefined)
    throw new DecodeError('invalid', 'CFBundleIdentifier', 0, 'its Info.plist has none')
  return { list, info }
}

export interface ComposedKexts {
  readonly entries: readonly MkextEntry[]
  /** Those that have no code for this architecture, or whose code is not there. */
  readonly skipped: readonly SkippedKext[]
  /** What is in the archive, for the check of dependencies. */
  readonly infos: readonly KextInfo[]
}

/** Reads the executables, thinned to one architecture. */
export async function composeKexts(
  bundles: readonly KextBundle[],
  architecture: string,
): Promise<ComposedKexts> {
  const entries: MkextEntry[] = []
  const infos: KextInfo[] = []
  const skipped: SkippedKext[] = []
  for (const { folder, installedPath, list } of bundles) {
    const info = kextInfo(list, architecture)!
    const name = basename(folder)
    try {
      const executable =
        info.executable === undefined
          ? undefined
          : await readExecutable(folder, info.executable, architecture)
      entries.push({ info: list, path: installedPath, ...(executable === undefined ? {} : { executable }) })
      infos.push(info)
    } catch (error) {
      skipped.push({ path: folder, text: `${name}: ${whyUnreadable(error)}` })
    }
  }
  return { entries, infos, skipped }
}

async function readExecutable(folder: string, name: string, architecture: string): Promise<Uint8Array> {
  // The name comes from a file that may be anyone's: it is no path.
  const file = basename(name)
  const bytes = await readFirst([join(folder, 'Contents', 'MacOS', file), join(folder, file)])
  const part = thin(bytes, architecture, (whole) => readMachO(whole).architecture)
  if (part === undefined) throw new DecodeError('unrecognised', name, 0, `no code for ${architecture} in it`)
  return part
}

/** Bundles of kernel extensions are all read into memory; nothing in them is near this size. */
const FILE_LIMIT = 256 * 1024 * 1024

async function readFirst(paths: readonly string[]): Promise<Buffer> {
  for (const path of paths) {
    const found = await lstat(path).catch(() => undefined)
    if (!found?.isFile()) continue
    if (found.size > FILE_LIMIT) throw new DecodeError('oversized', path, 0, `${found.size} bytes`)
    return readFile(path)
  }
  throw new ImportError(
    'not-found',
    paths[0]!,
    `${basename(paths[0]!)} is not in it.`,
    'Copy the bundle again, whole.',
  )
}

function whyUnreadable(error: unknown): string {
  if (error instanceof DecodeError || error instanceof ImportError) return error.message
  return `it could not be read: ${error instanceof Error ? error.message : String(error)}.`
}

function folderError(folder: string, error: unknown): ImportError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new ImportError('not-found', folder, `${folder} is not there.`, 'Check the spelling of its name.')
  if (code === 'ENOTDIR')
    return new ImportError(
      'failed',
      folder,
      `${folder} is a file and no folder.`,
      'Give the .kext bundle, or the folder that bundles are in.',
    )
  return new ImportError(
    'not-readable',
    folder,
    `${folder} could not be read: ${message}.`,
    'Check its permissions.',
  )
}
