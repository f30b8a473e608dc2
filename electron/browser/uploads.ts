import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { uploadFolder } from '../service/state-folder.ts'

/** Files that were chosen together keep their places in one folder. */
export const Upload = z.object({
  group: z.uuid(),
  name: z
    .string()
    .min(1)
    .max(1024)
    .refine(
      (name) =>
        name.split('/').every((part) => part !== '' && !part.startsWith('.') && !/[\\:\0]/.test(part)),
      'A file of an upload is named by its folders and its name, and none of them is hidden.',
    ),
})
export type Upload = z.infer<typeof Upload>

/** Stores a file, and gives its path. Rejects with the system's error, and leaves nothing of it behind then. */
export async function receiveUpload({ group, name }: Upload, bytes: Readable): Promise<string> {
  const path = join(uploadFolder(), group, name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await pipeline(bytes, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true })
    throw error
  }
  return path
}
