import { watch, type FSWatcher } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit } from '../clients/events.ts'
import { readRecognition } from '../library/recognition.ts'

/** Folders watched: those of a large tree would take what the system has for all programs. */
const MOST_FOLDERS = 32
/** Milliseconds without a change after which a file is whole: linkers write in many steps. */
const SETTLED = 300

/**
 * Tells when a kernel in a folder, or in one that is in it, was built again. Targets that look it up from then on
 * get the new one. Close it with what it gives back.
 */
export async function watchKernels(folder: string, emit: Emit): Promise<() => void> {
  const watchers: FSWatcher[] = []
  const settling = new Map<string, NodeJS.Timeout>()
  const tell = async (inside: string, name: string) => {
    settling.delete(join(inside, name))
    const recognition = await readRecognition(join(inside, name))
    if (recognition?.kind !== 'multiboot-kernel') return
    emit({ type: 'notice', level: 'info', text: `${name} was rebuilt: the next boot takes the new one.` })
  }
  for (const inside of await foldersOf(folder))
    try {
      const watcher = watch(inside, (_, name) => {
        if (name === null) return
        clearTimeout(settling.get(join(inside, name)))
        settling.set(
          join(inside, name),
          setTimeout(() => void tell(inside, name), SETTLED),
        )
      })
      // A folder that is removed is noticed when a target asks for it.
      watcher.on('error', () => watcher.close())
      watchers.push(watcher)
    } catch {
      // The system has no watches left: boots go on without the news.
      break
    }
  return () => {
    for (const watcher of watchers) watcher.close()
    for (const timer of settling.values()) clearTimeout(timer)
  }
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  return [folder, ...inside.map(({ name }) => join(folder, name))].slice(0, MOST_FOLDERS)
}
