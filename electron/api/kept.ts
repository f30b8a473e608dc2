import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { KeptFile } from '../service/results.ts'

export type { KeptFile }

/** The bytes of what a session kept. Rejects with the system's error when nothing of it is there. */
export async function* readKept({ parts }: KeptFile): AsyncGenerator<Buffer> {
  // All are opened at once: while one is read, another may be begun anew.
  const opened = await Promise.allSettled(parts.map((path) => open(path)))
  const files = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  try {
    if (files.length === 0 && opened[0]?.status === 'rejected') throw opened[0].reason
    for (const file of await byAge(files))
      yield* createReadStream('', { fd: file, autoClose: false }) as AsyncIterable<Buffer>
  } finally {
    await Promise.all(files.map((file) => file.close()))
  }
}

async function byAge(files: readonly FileHandle[]): Promise<readonly FileHandle[]> {
  const aged = await Promise.all(files.map(async (file) => ({ file, changed: (await file.stat()).mtimeMs })))
  return aged.sort((left, right) => left.changed - right.changed).map(({ file }) => file)
}
