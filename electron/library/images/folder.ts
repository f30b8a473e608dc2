import { isUtf8 } from 'node:buffer'
import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FolderContents, type VolumeEntry } from '../../formats/hfsplus/entries.ts'
import { fromStoredName, toStoredName } from '../../formats/hfsplus/names.ts'
import { ImageError, type ImageContent } from './content.ts'
import { Turns } from './turns.ts'

export interface FolderOptions {
  /** Users and groups by their numbers on this computer; everything is root's when absent. */
  readonly keepOwners?: boolean
  /** Absolute paths of what is not to be on the volume, such as the image itself. */
  readonly leaveOut?: readonly string[]
  /** Told of what cannot be on a volume, such as sockets; paths are those of this computer. */
  readonly onSkipped?: (path: string) => void
}

/**
 * Everything in a folder, as entries of a volume whose root it becomes. Symbolic links stay what they are. Each is
 * given as soon as it is found: there may be hundreds of thousands.
 * @throws {ImageError} when something cannot be read
 */
export async function* folderEntries(
  root: string,
  options: FolderOptions = {},
): AsyncGenerator<VolumeEntry<ImageContent>> {
  const turns = new Turns()
  const paths = ['']
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    const folder = join(root, path)
    const contents = new FolderContents((name, size): ImageContent => ({
      kind: 'path',
      path: join(folder, name),
      size,
    }))
    for (const name of namesIn(folder)) {
      const entry = describe(folder, name, path === '' ? name : `${path}/${name}`, contents, options)
      await turns.passWhenOver()
      if (entry === undefined) continue
      if (entry.kind === 'folder') paths.push(entry.path)
      yield entry
    }
  }
}

function namesIn(folder: string): string[] {
  let names: Buffer[]
  try {
    names = readdirSync(folder, { encoding: 'buffer' })
  } catch (error) {
    throw unreadable(folder, error)
  }
  return names.map((name) => {
    if (isUtf8(name)) return name.toString()
    throw new ImageError(
      `${join(folder, name.toString())} has a name that is not in UTF-8.`,
      'Rename it, or convert the names of the whole folder with convmv.',
    )
  })
}

function describe(
  folder: string,
  name: string,
  path: string,
  contents: FolderContents<ImageContent>,
  { keepOwners = false, leaveOut = [], onSkipped }: FolderOptions,
): VolumeEntry<ImageContent> | undefined {
  const place = join(folder, name)
  if (leaveOut.length > 0 && leaveOut.includes(resolve(place))) return undefined
  try {
    const stat = lstatSync(place)
    const common = {
      path,
      mode: stat.mode & 0o7777,
      modified: stat.mtimeMs / 1000,
      ...(keepOwners ? { owner: stat.uid, group: stat.gid } : {}),
    }
    if (stat.isDirectory()) return { kind: 'folder', ...common }
    if (stat.isSymbolicLink()) return { kind: 'symlink', ...common, target: readlinkSync(place) }
    if (stat.isFile()) {
      const { size } = stat
      // Some names are not the same after they were on a volume.
      const comesBack = fromStoredName(toStoredName(name)) === name
      return { kind: 'file', ...common, size, content: comesBack ? contents : contents.of(name, size) }
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
