import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, rm, symlink, utimes, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Volume } from '../../formats/hfsplus/volume-reader.ts'
import type { VolumeItem } from '../../formats/hfsplus/volume-items.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { ImageError } from './content.ts'
import { stretches } from './holes.ts'
import { hostPath } from './host-path.ts'

export interface ExtractOptions {
  /** Only this file, or this folder and what is in it. */
  readonly path?: string
  readonly onProgress?: (done: number, total: number) => void
  /** Told of what is not there afterwards as it is on the volume, and why. */
  readonly onSkipped?: (path: string, why: string) => void
  readonly signal?: AbortSignal
}

export interface Extracted {
  readonly files: number
  readonly folders: number
  /** In bytes. */
  readonly size: number
}

const CHUNK = 1024 * 1024
/** Set-user-ID bits stay behind: whoever extracts would own the file. */
const PERMISSIONS = 0o777

/**
 * Writes what is on a volume into a folder, which is made, or must be empty. Nothing is written outside of it:
 * names that lead elsewhere are refused when a volume is opened, and symbolic links are made last, so that
 * nothing can be written through one.
 * @throws {ImageError} when the folder is not empty or cannot be written
 * @throws {DecodeError} when a file on the volume is damaged
 */
export async function extractVolume(
  volume: Volume,
  folder: string,
  { path, onProgress, onSkipped, signal }: ExtractOptions = {},
): Promise<Extracted> {
  const { items, above } = path === undefined ? { items: volume.items, above: 0 } : itemsBelow(volume, path)
  const placeOf = (item: VolumeItem) => join(folder, hostPath(item.path.slice(above)))
  await makeEmpty(folder)
  const total = items.reduce((sum, { size }) => sum + size, 0)
  const folders: VolumeItem[] = []
  const links: VolumeItem[] = []
  let [files, size] = [0, 0]
  for (const item of items) {
    signal?.throwIfAborted()
    const place = placeOf(item)
    if (item.kind === 'folder') {
      await mkdir(place, { mode: 0o700 })
      folders.push(item)
    } else if (item.kind === 'symlink') links.push(item)
    else if (item.kind === 'special') onSkipped?.(item.path, 'it is a device, pipe or socket')
    else {
      const before = size
      const onBytes = (bytes: number) => {
        size += bytes
        onProgress?.(size, total)
      }
      try {
        await extractFile(volume, item, place, onBytes)
        files++
      } catch (error) {
        if (!item.compressed || !(error instanceof DecodeError)) throw error
        await rm(place, { force: true })
        size = before
        onSkipped?.(item.path, `Mac OS X compressed it, and it cannot be unpacked: ${error.message}`)
      }
    }
  }
  for (const item of links) {
    const target = await volume.symlinkTarget(item)
    await symlink(target, placeOf(item)).catch((error: unknown) =>
      onSkipped?.(item.path, `symbolic links cannot be made here: ${(error as Error).message}`),
    )
  }
  // From the inside out: a folder that may not be written could not be filled, and filling one changes its date.
  for (const item of folders.toReversed()) {
    await chmod(placeOf(item), item.mode & PERMISSIONS)
    await utimes(placeOf(item), item.modified, item.modified)
  }
  return { files, folders: folders.length, size }
}

/** `above` is how much of their paths is of folders around what was asked for. */
function itemsBelow(volume: Volume, path: string) {
  const wanted = path.replace(/^\/+|\/+$/g, '')
  const item = volume.find(wanted)
  if (item === undefined)
    throw new ImageError(
      `There is no ${JSON.stringify(path)} on the volume ${JSON.stringify(volume.name)}.`,
      'List what is on it with `bootwire image list`.',
    )
  const inside = `${item.path}/`
  return {
    items: volume.items.filter((other) => other === item || other.path.startsWith(inside)),
    above: item.path.lastIndexOf('/') + 1,
  }
}

async function makeEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const stat = await lstat(folder)
  if (stat.isSymbolicLink() || (await readdir(folder)).length > 0)
    throw new ImageError(`${folder} is not empty.`, 'Choose a new or an empty folder.')
}

async function extractFile(
  volume: Volume,
  item: VolumeItem,
  place: string,
  onBytes: (count: number) => void,
): Promise<void> {
  const source = await volume.open(item)
  // On a disk that takes two names on the volume for one, the second would write over the first.
  const file = await open(place, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await file.truncate(source.size)
    for (let offset = 0; offset < source.size; offset += CHUNK) {
      const bytes = await source.read(offset, Math.min(CHUNK, source.size - offset))
      for (const { start, end } of stretches(bytes))
        await writeAll(file, bytes.subarray(start, end), offset + start)
      onBytes(bytes.length)
    }
    await file.chmod(item.mode & PERMISSIONS)
    await file.utimes(item.modified, item.modified)
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}
