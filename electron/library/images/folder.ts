import { isUtf8 } from 'node:buffer'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { VolumeEntry } from '../../formats/hfsplus/entries.ts'
import { ImageError, type ImageContent } from './content.ts'

export interface FolderOptions {
  /** Users and groups by their numbers on this computer; everything is root's when absent. */
  readonly keepOwners?: boolean
  /** Absolute paths of what is not to be on the volume, such as the image itself. */
  readonly leaveOut?: readonly string[]
  /** Told of what cannot be on a volume, such as sockets; paths are those of this computer. */
  readonly onSkipped?: (path: string) => void
}

/** How many entries of a folder are asked about at a time. */
const AT_ONCE = 32

/**
 * Everything in a folder, as entries of a volume whose root it becomes. Symbolic links stay what they are.
 * @throws {ImageError} when something cannot be read
 */
export async function folderEntries(
  folder: string,
  options: FolderOptions = {},
): Promise<VolumeEntry<ImageContent>[]> {
  const entries: VolumeEntry<ImageContent>[] = []
  const folders = ['']
  for (const path of folders) {
    const names = await namesIn(join(folder, path))
    for (let index = 0; index < names.length; index += AT_ONCE) {
      const described = await Promise.all(
        names
          .slice(index, index + AT_ONCE)
          .map((name) => describe(folder, path === '' ? name : `${path}/${name}`, options)),
      )
      for (const entry of described) {
        if (entry === undefined) continue
        entries.push(entry)
        if (entry.kind === 'folder') folders.push(entry.path)
      }
    }
  }
  return entries
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch((error: unknown) => {
    throw unreadable(folder, error)
  })
  return names.map((name) => {
    if (isUtf8(name)) return name.toString()
    throw new ImageError(
      `${join(folder, name.toString())} has a name that is not in UTF-8.`,
      'Rename it, or convert the names of the whole folder with convmv.',
    )
  })
}

async function describe(
  folder: string,
  path: string,
  { keepOwners = false, leaveOut = [], onSkipped }: FolderOptions,
): Promise<VolumeEntry<ImageContent> | undefined> {
  const place = join(folder, path.replaceAll('/', sep))
  if (leaveOut.length > 0 && leaveOut.includes(resolve(place))) return undefined
  try {
    const stat = await lstat(place)
    const common = {
      path,
      mode: stat.mode & 0o7777,
      modified: stat.mtimeMs / 1000,
      ...(keepOwners ? { owner: stat.uid, group: stat.gid } : {}),
    }
    if (stat.isDirectory()) return { kind: 'folder', ...common }
    if (stat.isSymbolicLink()) return { kind: 'symlink', ...common, target: await readlink(place) }
    if (stat.isFile()) {
      const content = { kind: 'path', path: place, size: stat.size } as const
      return { kind: 'file', ...common, size: stat.size, content }
    }
    onSkipped?.(place)
    return undefined
  } catch (error) {
    throw unreadable(place, error)
  }
}

function unreadable(path: string, error: unknown): ImageError {
  const { message } = error as NodeJS.ErrnoException
  return new ImageError(`${path} cannot be read: ${message}.`, 'Change its permissions, or leave it out.')
}
