import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Content, ServedFile } from '../chains/chain.ts'

/** A served file as the session shows it. */
export interface FileRecord {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly origin: string
}

/** What is served is known by its hash. Imports have theirs already; every other file is read once, now. */
export async function recordFiles(files: readonly ServedFile[]): Promise<FileRecord[]> {
  return Promise.all(
    files.map(async ({ name, content, origin }) => ({
      name,
      size: content.kind === 'bytes' ? content.bytes.length : content.size,
      sha256: await sha256(content),
      origin,
    })),
  )
}

async function sha256(content: Content): Promise<string> {
  if (content.kind === 'file' && content.sha256 !== undefined) return content.sha256
  const hash = createHash('sha256')
  if (content.kind === 'bytes') hash.update(content.bytes)
  else await pipeline(createReadStream(content.path), hash)
  return hash.digest('hex')
}
