import { readDarwinInterfaces } from './interfaces/darwin.ts'
import type { InterfaceFacts } from './interfaces/facts.ts'
import { readLinuxInterfaces } from './interfaces/linux.ts'
import { rankInterfaces, type NetworkInterface } from './interfaces/rank.ts'
import { readWindowsInterfaces } from './interfaces/windows.ts'

export type { InterfaceFacts } from './interfaces/facts.ts'
export type { NetworkInterface } from './interfaces/rank.ts'

/** The interfaces of this computer that a target may be cabled to, the likeliest first. */
export async function listInterfaces(): Promise<NetworkInterface[]> {
  return rankInterfaces(await readInterfaces())
}

/** Every interface of this computer, loopback included, in no order. */
export async function readInterfaces(): Promise<InterfaceFacts[]> {
  if (process.platform === 'linux') return readLinuxInterfaces()
  return process.platform === 'win32' ? readWindowsInterfaces() : readDarwinInterfaces()
}
