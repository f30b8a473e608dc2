/**
 * What is written down about an address that an interface was given, so that it can be taken back at the next
 * start when nobody was left to do it.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { parseSubnet, type Subnet } from '../protocols/addresses.ts'
import { hasAddress, removeAddress } from './address.ts'

/** Gone after a restart of the computer, as the addresses are. Only root writes to it. */
export const RECORD_FOLDER = {
  linux: '/run/bootwire',
  win32: join(tmpdir(), 'bootwire'),
  other: '/var/run/bootwire',
}[process.platform === 'linux' || process.platform === 'win32' ? process.platform : 'other']

const AddressRecord = z.object({
  interface: z.string(),
  address: z.string(),
  /** The process that takes it back, and when it was started, because numbers are given again. */
  pid: z.number().int().positive(),
  started: z.string(),
})
type AddressRecord = z.infer<typeof AddressRecord>

/** Writes down that this process gave the interface an address and is to take it back. */
export async function recordAddress(folder: string, name: string, subnet: Subnet): Promise<void> {
  const record: AddressRecord = {
    interface: name,
    address: `${subnet.address}/${subnet.prefixLength}`,
    pid: process.pid,
    started: await startOf(process.pid),
  }
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const path = recordPath(folder, name)
  // A half-written record would leave an address for good.
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o644 })
  await rename(`${path}.new`, path)
}

export async function forgetAddress(folder: string, name: string): Promise<void> {
  await rm(recordPath(folder, name), { force: true })
}

/** Takes back the addresses whose keepers are gone, and tells which: `10.77.0.1/24 from eth0`. */
export async function takeBackLeftovers(folder = RECORD_FOLDER): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const taken: string[] = []
  for (const name of names.filter((one) => one.endsWith('.json'))) {
    const record = await readRecord(join(folder, name))
    if (record === undefined || (await isAlive(record))) continue
    try {
      const subnet = parseSubnet(record.address)
      // Without its interface the address is gone as well.
      if (await hasAddress(record.interface, subnet)) {
        await removeAddress(record.interface, subnet)
        taken.push(`${record.address} from ${record.interface}`)
      }
      await forgetAddress(folder, record.interface)
    } catch {
      // The record stays for the next start; this one need not fail for it.
    }
  }
  return taken
}

function recordPath(folder: string, name: string): string {
  return join(folder, `${encodeURIComponent(name)}.json`)
}

async function readRecord(path: string): Promise<AddressRecord | undefined> {
  try {
    return AddressRecord.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

async function isAlive({ pid, started }: AddressRecord): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return (await startOf(pid)) === started
}

/** When a process was started, in ticks since the computer was (proc(5), field 22); elsewhere not known. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return ''
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is a program's name in parentheses, and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ended = fields[0] === 'Z'
  return ended ? '' : (fields[19] ?? '')
}
