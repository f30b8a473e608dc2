/** The folders of this computer, for a page to lead its user through: a browser tells no page where a folder is. */
import { readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import type { FolderListing } from '../api/desktop.ts'
import { ServiceError } from '../api/service-client.ts'

/** The path of a folder; empty for where to begin. */
export const ListFolders = z.tuple([z.string().max(4096)])

/** Nobody looks through more of them; a path can be typed. */
const LISTED = 1000

/** Rejects with a `ServiceError` when there is no such folder, or this user may not look into it. */
export async function listFolders(path: string): Promise<FolderListing> {
  const folder = resolve(path === '' ? homedir() : path)
  if (path !== '' && !isAbsolute(path)) throw noFolder(`${path} is no whole path.`, `Such as ${folder}.`)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error as NodeJS.ErrnoException)
  })
  const folders: string[] = []
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    if (folders.length === LISTED) break
    const isLink = entry.isSymbolicLink()
    if (entry.isDirectory() || (isLink && (await leadsToFolder(join(folder, entry.name)))))
      folders.push(entry.name)
  }
  return {
    path: folder,
    parent: dirname(folder),
    folders: folders.sort((one, other) => one.localeCompare(other)),
  }
}

const leadsToFolder = (path: string) =>
  stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )

function unreadable(folder: string, { code, message }: NodeJS.ErrnoException): ServiceError {
  if (code === 'ENOENT') return noFolder(`${folder} is not there.`, 'Check the spelling of its name.')
  if (code === 'ENOTDIR')
    return noFolder(`${folder} is a file and no folder.`, 'Choose the folder that it is in.')
  return noFolder(`${folder} could not be read: ${message}.`, 'Check its permissions.')
}

const noFolder = (message: string, remedy: string) =>
  new ServiceError({ code: 'bad-choice', message, remedies: [remedy] })
