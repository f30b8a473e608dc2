/** Where bundles are read from: a folder on this computer, or a disk image such as an installer's. */
import { lstat, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Volume } from '../formats/hfsplus/volume-reader.ts'
import { DecodeError } from '../protocols/bytes.ts'
import { ImageError } from './images/content.ts'
import { openImage } from './images/open.ts'
import { ImportError } from './import.ts'

/** Paths are those in the source, with `/` between names; the empty one is the source itself. */
export interface KextSource {
  /** The names of the folders in a folder, sorted. */
  folders(path: string): Promise<string[]>
  /**
   * The first of these that is there as a regular file.
   * @throws {ImportError} when none is
   * @throws {DecodeError} when it cannot be read out of an image, or is too large
   */
  readFirst(paths: readonly string[]): Promise<Buffer>
  readonly close: () => Promise<void>
}

/** Files of bundles are all read into memory; nothing in them is near this size. */
const FILE_LIMIT = 256 * 1024 * 1024
const INSTALLED = 'System/Library/Extensions'

/** @throws {ImportError} when it can be read neither as a folder nor as a disk image */
export async function openKextSource(path: string): Promise<KextSource> {
  const status = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  return status.isDirectory() ? folderSource(path) : imageSource(path)
}

function folderSource(root: string): KextSource {
  return {
    async folders(path) {
      const entries = await readdir(join(root, path), { withFileTypes: true }).catch((error: unknown) => {
        throw unreadable(join(root, path), error)
      })
      return entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    },
    async readFirst(paths) {
      for (const path of paths) {
        const file = join(root, path)
        const found = await lstat(file).catch(() => undefined)
        if (!found?.isFile()) continue
        requireSize(file, found.size)
        return readFile(file)
      }
      throw missing(root, paths[0]!)
    },
    close: () => Promise.resolve(),
  }
}

/** The image's folder of installed extensions, or all of it when it has none. */
async function imageSource(path: string): Promise<KextSource> {
  const { volume, close } = await openImage(path).catch((error: unknown) => {
    if (!(error instanceof ImageError)) throw error
    throw new ImportError(
      'failed',
      path,
      `${path} is a file and no folder, and cannot be read as a disk image either. ${error.message}`,
      'Give the .kext bundle, the folder that bundles are in, or a disk image that has such a folder.',
    )
  })
  const top = volume.find(INSTALLED)?.kind === 'folder' ? INSTALLED : ''
  const inImage = (inside: string) => [top, inside].filter((part) => part !== '').join('/')
  return {
    folders: (inside) =>
      Promise.resolve(
        volume
          .itemsIn(inImage(inside))
          .filter(({ kind }) => kind === 'folder')
          .map(({ path }) => basename(path))
          .sort(),
      ),
    async readFirst(paths) {
      for (const inside of paths) {
        const bytes = await readItem(volume, inImage(inside))
        if (bytes !== undefined) return bytes
      }
      throw missing(path, paths[0]!)
    },
    close,
  }
}

async function readItem(volume: Volume, path: string): Promise<Buffer | undefined> {
  const item = volume.find(path)
  if (item?.kind !== 'file') return undefined
  requireSize(path, item.size)
  const file = await volume.open(item)
  return file.read(0, file.size)
}

function requireSize(path: string, size: number): void {
  if (size > FILE_LIMIT) throw new DecodeError('oversized', path, 0, `${size} bytes`)
}

function missing(source: string, path: string): ImportError {
  const name = path.split('/').at(-1)!
  return new ImportError(
    'not-found',
    join(source, path),
    `${name} is not in it.`,
    'Copy the bundle again, whole.',
  )
}

function unreadable(path: string, error: unknown): ImportError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new ImportError('not-found', path, `${path} is not there.`, 'Check the spelling of its name.')
  return new ImportError(
    'not-readable',
    path,
    `${path} could not be read: ${message}.`,
    'Check its permissions.',
  )
}
