/** What is in a folder that targets mount, for people who look at it before a session. */
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { ChainExport } from '../chains/chain.ts'

export interface Contents {
  readonly files: number
  /** Of all these files. */
  readonly bytes: number
  /** The first of them by name, with `/` between folders. */
  readonly first: readonly { readonly name: string; readonly size: number }[]
  /** There is more, which was not looked at: it would take too long. */
  readonly isCut: boolean
}

export interface ContentsLimits {
  /** Files and folders. */
  readonly entries: number
  readonly milliseconds: number
}

const LIMITS: ContentsLimits = { entries: 50_000, milliseconds: 1500 }
const FIRST = 100
/** How many files are asked for their size at once. */
const AT_ONCE = 64

type Found = Contents['first'][number]

export async function contentsOf({ source }: ChainExport, limits = LIMITS): Promise<Contents> {
  if (source.kind === 'folder') return contentsOfFolder(source.folder, limits)
  const found = source.files.map(({ name, content }) => ({
    name,
    size: content.kind === 'bytes' ? content.bytes.length : content.size,
  }))
  return summarise(found, false)
}

/**
 * Walks a folder as far as the limits let it. Links are files of their own, as clients see them; what this user cannot
 * read is left out, because no client could either.
 */
async function contentsOfFolder(
  folder: string,
  { entries, milliseconds }: ContentsLimits,
): Promise<Contents> {
  const end = performance.now() + milliseconds
  const found: Found[] = []
  const folders = ['']
  let seen = 0
  const isOver = () => seen >= entries || performance.now() >= end
  for (let within = folders.shift(); within !== undefined; within = folders.shift()) {
    if (isOver()) return summarise(found, true)
    const waiting: Promise<Found | undefined>[] = []
    const settle = async () => {
      for (const one of await Promise.all(waiting.splice(0))) if (one !== undefined) found.push(one)
    }
    try {
      for await (const entry of await opendir(join(folder, within))) {
        if (isOver()) {
          await settle()
          return summarise(found, true)
        }
        seen += 1
        const name = within === '' ? entry.name : `${within}/${entry.name}`
        if (entry.isDirectory()) folders.push(name)
        else if (entry.isFile()) waiting.push(sized(folder, name))
        else if (entry.isSymbolicLink()) found.push({ name, size: 0 })
        if (waiting.length === AT_ONCE) await settle()
      }
    } catch {
      // It cannot be read, or was taken away meanwhile.
    }
    await settle()
  }
  return summarise(found, false)
}

async function sized(folder: string, name: string): Promise<Found | undefined> {
  return lstat(join(folder, name)).then(
    ({ size }) => ({ name, size }),
    () => undefined,
  )
}

function summarise(found: readonly Found[], isCut: boolean): Contents {
  return {
    files: found.length,
    bytes: found.reduce((sum, { size }) => sum + size, 0),
    first: found.toSorted((left, right) => (left.name < right.name ? -1 : 1)).slice(0, FIRST),
    isCut,
  }
}
