import { rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { uploadFolder } from './state-folder.ts'

/** A file that came by a browser goes with its entry; every other is its user's own and stays. */
export async function removeUpload(path: string): Promise<void> {
  const [group = '..', ...rest] = relative(uploadFolder(), path).split(sep)
  if (group !== '..' && group !== '' && rest.length > 0)
    await rm(join(uploadFolder(), group), { recursive: true, force: true })
}
