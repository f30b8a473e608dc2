import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartOptions } from '../service/commands.ts'

/** What was started last; undefined when nothing was, or by a version that chose otherwise. */
export async function loadSetup(path: string): Promise<StartOptions | undefined> {
  try {
    return StartOptions.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

export async function saveSetup(path: string, options: StartOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.new`, `${JSON.stringify(options)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
