import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface ArtefactRequest {
  readonly folder: string
  /** What it is, as the start of its file's name; of one name only the latest is kept. */
  readonly name: string
  /** With its dot. */
  readonly extension: string
  /** All that its bytes depend on, the way in which it is made included. */
  readonly inputs: unknown
}

export interface Artefact {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** It was there from before. */
  readonly kept: boolean
}

/** A file that is made of others, made anew only when one of them has changed. `make` writes it to a path. */
export async function keepArtefact(
  { folder, name, extension, inputs }: ArtefactRequest,
  make: (path: string) => Promise<unknown>,
): Promise<Artefact> {
  const digest = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 24)
  const file = `${name}-${digest}${extension}`
  const path = join(folder, file)
  const there = await stat(path).catch(() => undefined)
  if (there !== undefined) return { path, size: there.size, kept: true }

  await mkdir(folder, { recursive: true })
  // Two processes may make the same at once; what is under its name is always whole.
  const unfinished = `${path}.${process.pid}`
  try {
    await make(unfinished)
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
  const others = (await readdir(folder)).filter((one) => one !== file && isSibling(one, name, extension))
  await Promise.all(others.map((one) => rm(join(folder, one), { force: true })))
  return { path, size: (await stat(path)).size, kept: false }
}

function isSibling(file: string, name: string, extension: string): boolean {
  const digest = file.slice(name.length + 1, -extension.length)
  return file.startsWith(`${name}-`) && file.endsWith(extension) && /^[0-9a-f]{24}$/.test(digest)
}
