import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import * as native from '../native/sockets.ts'
import type { Attachment } from './ports.ts'

/** An interface as it is at one moment. */
export interface Sighting {
  /** Nothing when there is no such interface. A returned adapter has another one than before. */
  readonly index: number | undefined
  /** Whether there is a signal from the other end. */
  readonly running: boolean
  /** Whether the address is still given to it; of an interface that is not running that is not known. */
  readonly hasAddress: boolean
}

/**
 * Windows tells of running adapters only, so that one that was removed looks like one whose cable was pulled:
 * there it counts as the latter, which sockets bound by address survive as well.
 */
export async function sight({ name, address }: Attachment): Promise<Sighting> {
  const index = native.hasNativeSockets ? native.interfaceIndex(name) : 0
  const state = process.platform === 'linux' ? await operationalState(name) : undefined
  const running = networkInterfaces()[name]
  return {
    index,
    running: state === undefined ? running !== undefined : ['up', 'unknown'].includes(state),
    hasAddress: running?.some((entry) => entry.address === address) ?? false,
  }
}

async function operationalState(name: string): Promise<string> {
  return readFile(`/sys/class/net/${name}/operstate`, 'utf8').then(
    (text) => text.trim(),
    () => 'down',
  )
}
