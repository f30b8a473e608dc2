import { readdir, readFile, readlink } from 'node:fs/promises'

/** A process that has a port, and the one that started it. */
export interface PortOwner {
  readonly name: string
  readonly pid: number
  readonly startedBy: string
}

/** The protocols that have ports, by their names in words. */
export type PortProtocol = 'UDP' | 'TCP'

/**
 * The process that has a port on all addresses or on `address`. Linux only, and other users' processes are seen
 * by root only.
 */
export async function findPortOwner(
  port: number,
  address: string,
  protocol: PortProtocol,
): Promise<PortOwner | undefined> {
  if (process.platform !== 'linux') return undefined
  const table = `/proc/net/${protocol.toLowerCase()}`
  const tables = await Promise.all([table, `${table}6`].map((path) => readFile(path, 'utf8').catch(() => '')))
  const sockets = new Set(tables.flatMap((table) => socketsOn(table, port, address)))
  if (sockets.size === 0) return undefined
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) if (await holds(pid, sockets)) return describe(pid)
  return undefined
}

/** The links `socket:[inode]` of those in a table of `/proc/net` that are in the way of `address` and `port`. */
export function socketsOn(table: string, port: number, address: string): string[] {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
  const inTheWay = ['0'.repeat(8), bytes.reverse().join(''), '0'.repeat(32)]
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , , , , , , , inode] = line.trim().split(/\s+/)
      const [host = '', hexPort = ''] = local.split(':')
      return parseInt(hexPort, 16) === port && inTheWay.includes(host) ? [`socket:[${inode}]`] : []
    })
}

async function holds(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  // A process that ends meanwhile, or that is not ours to see, has nothing.
  const descriptors = await readdir(folder).catch(() => [])
  const targets = await Promise.all(descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')))
  return targets.some((target) => sockets.has(target))
}

async function describe(pid: string): Promise<PortOwner> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? '0'
  const startedBy = await readFile(`/proc/${parent}/comm`, 'utf8').catch(() => '')
  return {
    name: /^Name:\s*(.*)$/m.exec(status)?.[1] ?? 'a process',
    pid: Number(pid),
    startedBy: startedBy.trim(),
  }
}
