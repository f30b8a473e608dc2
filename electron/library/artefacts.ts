/** Files that Bootwire makes of the user's: kept, and made again only when what they are made of has changed. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'

export interface Artefact {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** In lower-case hexadecimal. */
  readonly sha256: string
}

export interface ArtefactRequest {
  /** With its extension, such as `darwin.img`; several of one name are told apart by what they are made of. */
  readonly name: string
  /** All that it is made of, in words that are equal only for equal results. */
  readonly ingredients: readonly string[]
  /** Writes the file. */
  make(path: string): Promise<unknown>
}

/** Of one name; the others are forgotten, the longest unused first. */
const KEPT = 4

const Record = z.object({ size: z.int(), sha256: z.string() })

export async function makeArtefact(folder: string, request: ArtefactRequest): Promise<Artefact> {
  const key = createHash('sha256').update(JSON.stringify(request.ingredients)).digest('hex').slice(0, 20)
  const path = join(folder, `${key}-${request.name}`)
  const known = await readRecord(path)
  if (known !== undefined) return { path, ...known }
  await mkdir(folder, { recursive: true })
  await forgetOld(folder, request.name)
  // Two sessions may make the same one at the same time: each makes its own, and the last one stays.
  const unfinished = `${path}.${process.pid}`
  try {
    await request.make(unfinished)
    const hash = createHash('sha256')
    await pipeline(createReadStream(unfinished), hash)
    const record = { size: (await stat(unfinished)).size, sha256: hash.digest('hex') }
    await rename(unfinished, path)
    await writeFile(recordOf(path), JSON.stringify(record))
    return { path, ...record }
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function recordOf(path: string): string {
  return `${path}.json`
}

/** Undefined when there is none, or the file beside it is not the one that it describes. */
async function readRecord(path: string): Promise<z.infer<typeof Record> | undefined> {
  try {
    const record = Record.parse(JSON.parse(await readFile(recordOf(path), 'utf8')))
    return (await stat(path)).size === record.size ? record : undefined
  } catch {
    return undefined
  }
}

async function forgetOld(folder: string, name: string): Promise<void> {
  const paths = (await readdir(folder))
    .filter((file) => file.endsWith(`-${name}`))
    .map((file) => join(folder, file))
  const aged = await Promise.all(paths.map(async (path) => ({ path, usedAt: (await stat(path)).atimeMs })))
  for (const { path } of aged.sort((a, b) => b.usedAt - a.usedAt).slice(KEPT - 1)) {
    await rm(recordOf(path), { force: true })
    await rm(path, { force: true })
  }
}
