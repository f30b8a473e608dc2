/** What runs on this computer, as the system tells it; Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

/** The processes below one, with what they were started as */
export function descendants(pid: number): { readonly pid: number; readonly command: string }[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]), command }]
      } catch {
        return []
      }
    })
  const below = (of: number): typeof parents =>
    parents.filter(({ parent }) => parent === of).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}

/** A process that has ended, though nobody may have asked how. */
export const isGone = (pid: number) => {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}
