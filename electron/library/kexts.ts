/** Kernel extensions, as one mkext is made of: bundles, and folders and disk images with them. */
import { basename, join, resolve } from 'node:path'
import { kextInfo, type KextInfo } from '../formats/darwin/kext.ts'
import { thin } from '../formats/fat.ts'
import { readMachO } from '../formats/macho.ts'
import type { MkextEntry } from '../formats/mkext/mkext.ts'
import { isDictionary, readPlist, type PlistDictionary } from '../formats/plist/plist.ts'
import { DecodeError } from '../protocols/bytes.ts'
import { ImportError } from './import.ts'
import { openKextSource, type KextSource } from './kext-sources.ts'

export interface KextBundle {
  /** Absolute; of one in a disk image, behind the image's path. */
  readonly folder: string
  readonly source: KextSource
  /** Where it is in the source. */
  readonly path: string
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
  /** To be called when nothing more is read of them. */
  readonly close: () => Promise<void>
}

const INSTALLED = '/System/Library/Extensions'
/** Plug-ins lie in bundles, and bundles in folders: nobody nests them deeper. */
const DEPTH_LIMIT = 8

export function isKextFolder(path: string): boolean {
  return basename(path).toLowerCase().endsWith('.kext')
}

/**
 * Reads the property list of every bundle that is given, or in a folder or disk image that is given, with its
 * plug-ins; in order of their names, so that equal folders give equal archives.
 * @throws {ImportError} when a folder or an image cannot be read
 */
export async function findKexts(paths: readonly string[]): Promise<FoundKexts> {
  const bundles: KextBundle[] = []
  const skipped: SkippedKext[] = []
  const sources: KextSource[] = []
  const close = async () => {
    await Promise.all(sources.map((source) => source.close()))
  }
  try {
    for (const given of paths.map((path) => resolve(path))) {
      const source = await openKextSource(given)
      sources.push(source)
      // A bundle that is given itself is installed under its name, what is in a folder without the folder's.
      const above = isKextFolder(given) ? basename(given) : ''
      for (const path of await bundleFolders(source, '', above !== '', 0)) {
        const folder = join(given, path)
        try {
          const { list, info } = await readInfo(source, path)
          bundles.push({ folder, source, path, installedPath: inside(INSTALLED, above, path), list, info })
        } catch (error) {
          skipped.push({ path: folder, text: `${basename(folder)}: ${whyUnreadable(error)}` })
        }
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return { bundles, skipped, close }
}

async function bundleFolders(
  source: KextSource,
  folder: string,
  isBundle: boolean,
  depth: number,
): Promise<string[]> {
  if (depth > DEPTH_LIMIT) return []
  const found = isBundle ? [folder] : []
  for (const name of await source.folders(folder))
    found.push(...(await bundleFolders(source, inside(folder, name), isKextFolder(name), depth + 1)))
  return found
}

function inside(...names: readonly string[]): string {
  return names.filter((name) => name !== '').join('/')
}

async function readInfo(
  source: KextSource,
  bundle: string,
): Promise<{ list: PlistDictionary; info: KextInfo }> {
  const bytes = await source.readFirst([inside(bundle, 'Contents/Info.plist'), inside(bundle, 'Info.plist')])
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
  for (const { folder, source, path, installedPath, list } of bundles) {
    const info = kextInfo(list, architecture)!
    const name = basename(folder)
    try {
      const executable =
        info.executable === undefined
          ? undefined
          : await readExecutable(source, path, info.executable, architecture)
      entries.push({ info: list, path: installedPath, ...(executable === undefined ? {} : { executable }) })
      infos.push(info)
    } catch (error) {
      skipped.push({ path: folder, text: `${name}: ${whyUnreadable(error)}` })
    }
  }
  return { entries, infos, skipped }
}

async function readExecutable(
  source: KextSource,
  bundle: string,
  name: string,
  architecture: string,
): Promise<Uint8Array> {
  // The name comes from a file that may be anyone's: it is no path.
  const file = basename(name)
  const bytes = await source.readFirst([inside(bundle, 'Contents/MacOS', file), inside(bundle, file)])
  const part = thin(bytes, architecture, (whole) => readMachO(whole).architecture)
  if (part === undefined) throw new DecodeError('unrecognised', name, 0, `no code for ${architecture} in it`)
  return part
}

function whyUnreadable(error: unknown): string {
  if (error instanceof DecodeError || error instanceof ImportError) return error.message
  return `it could not be read: ${error instanceof Error ? error.message : String(error)}.`
}
