import { constants } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, symlink, utimes, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Volume } from '../../formats/hfsplus/volume-reader.ts'
import type { VolumeItem } from '../../formats/hfsplus/volume-items.ts'
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
  const items = path === undefined ? volume.items : itemsBelow(volume, path)
  await makeEmpty(folder)
  const total = items.reduce((sum, { size }) => sum + size, 0)
  const folders: VolumeItem[] = []
  const links: VolumeItem[] = []
  let [files, size] = [0, 0]
  for (const item of items) {
    signal?.throwIfAborted()
    const place = join(folder, hostPath(item.path))
    if (item.kind === 'folder') {
      await mkdir(place, { mode: 0o700 })
      folders.push(item)
    } else if (item.kind === 'symlink') links.push(item)
    else if (item.kind === 'special') onSkipped?.(item.path, 'it is a device, pipe or socket')
    else {
      if (item.compressed)
        onSkipped?.(item.path, 'it is compressed by Mac OS X, which is not read: it is empty')
      await extractFile(volume, item, place, (bytes) => {
        size += bytes
        onProgress?.(size, total)
      })
      files++
    }
  }
  for (const item of links) {
    const target = await volume.symlinkTarget(item)
    await symlink(target, join(folder, hostPath(item.path))).catch((error: unknown) =>
      onSkipped?.(item.path, `symbolic links cannot be made here: ${(error as Error).message}`),
    )
  }
  // From the inside out: a folder that may not be written could not be filled, and filling one changes its date.
  for (const { path, mode, modified } of folders.toReversed()) {
    await chmod(join(folder, hostPath(path)), mode & PERMISSIONS)
    await utimes(join(folder, hostPath(path)), modified, modified)
  }
  return { files, folders: folders.length, size }
}

function itemsBelow(volume: Volume, path: string): readonly VolumeItem[] {
  const wanted = path.replace(/^\/+|\/+$/g, '')
  const item = volume.find(wanted)
  if (item === undefined)
    throw new ImageError(
      `There is no ${JSON.stringify(path)} on the volume ${JSON.stringify(volume.name)}.`,
      'List what is on it with `bootwire image list`.',
    )
  const depth = item.path.length - (item.path.split('/').at(-1) ?? '').length
  return volume.items
    .filter((other) => other === item || other.path.startsWith(`${item.path}/`))
    .map((other) => ({ ...other, path: other.path.slice(depth) }))
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
  const source = volume.open(item)
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
