/** The journals and captures of the last sessions, for who asks for them afterwards. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sessionsFolder } from './state-folder.ts'

/** A capture that was not saved is rarely missed. */
const KEPT_SESSIONS = 5
/** Bytes of packets that a session keeps: a boot from disk images of some size, and the end of anything longer. */
export const KEPT_CAPTURE = 256_000_000

export interface KeptFiles {
  readonly journal: string
  readonly capture: string
}

/** Makes room for another session. Rejects when the folder cannot be written to. */
export async function keptFiles(folder = sessionsFolder()): Promise<KeptFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Two at one time are told apart by their processes; the names sort by time.
  const name = `${new Date().toISOString().replaceAll(':', '')}-${process.pid}`
  const earlier = (await readdir(folder)).sort()
  const sessions = [...new Set(earlier.map(nameOf))]
  const old = new Set(sessions.slice(0, Math.max(0, sessions.length - KEPT_SESSIONS + 1)))
  for (const file of earlier.filter((one) => old.has(nameOf(one)))) await rm(join(folder, file))
  return { journal: join(folder, `${name}.jsonl`), capture: join(folder, `${name}.pcapng`) }
}

const nameOf = (file: string) => file.replace(/(\.2)?\.(jsonl|pcapng)$/, '')
