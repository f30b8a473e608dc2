import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import { findProgram } from '../../../build/debian.mjs'
import { Lab, noLab, type Computer } from '../../lab/namespaces.ts'
import { SERVICE_FLAGS } from '../../../electron/api/launch.ts'
import { OURS, print, rowOf, type Row } from '../row.ts'

/** Exchanges a second that perfdhcp begins, and for how many seconds. */
const STEPS = [250, 500, 1000, 2000, 3000, 4000]
const SECONDS = 4
const OVERLOAD = 6000
const MEMORY_LIMIT = 120

interface Contestant {
  readonly name: string
  start(server: Computer, folder: string): ChildProcess
}

/**
 * Measures DHCP exchanges over a virtual cable with perfdhcp, each client a new one, against dnsmasq with a pool of
 * the same size. `serverProgram` is serve.ts as it was built.
 */
export async function benchDhcp(serverProgram: string): Promise<Row[]> {
  const missing = ['perfdhcp', 'dnsmasq'].filter((program) => findProgram(program) === undefined)
  if (missing.length > 0 || noLab()) {
    console.log(
      `DHCP is not measured: ${missing.length > 0 ? `${missing.join(', ')} is not there` : 'it needs root'}.`,
    )
    return []
  }
  const contestants: readonly Contestant[] = [
    {
      name: OURS,
      start: (server, folder) =>
        server.spawn(process.execPath, [...SERVICE_FLAGS, serverProgram, 'eth0', join(folder, 'ours')], {
          stdio: 'pipe',
        }),
    },
    {
      name: 'dnsmasq',
      start: (server, folder) =>
        server.spawn('dnsmasq', [
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          '--port=0',
          '--user=root',
          '--pid-file=',
          '--interface=eth0',
          '--dhcp-range=10.77.1.0,10.77.254.255,255.255.0.0',
          '--dhcp-lease-max=65000',
          '--dhcp-boot=pxelinux.0',
          // It would ping each address for three seconds before it offers it, and answer nothing meanwhile.
          '--no-ping',
          `--dhcp-leasefile=${join(folder, 'dnsmasq')}`,
        ]),
    },
  ]
  const lossless = new Map<string, number>()
  const limits = new Map<string, number>()
  let memory = 0
  for (const contestant of contestants) {
    let best = 0
    for (const rate of STEPS) {
      const { drops } = await exchange(contestant, rate)
      if (drops > 0) break
      best = rate
    }
    lossless.set(contestant.name, best)
    const overload = await exchange(contestant, OVERLOAD)
    limits.set(contestant.name, overload.completed / SECONDS)
    if (contestant.name === OURS) memory = overload.memory
  }
  return [
    print(rowOf('DHCP, highest rate without loss', 'exchanges/s', lossless)),
    print(rowOf('DHCP, at the limit', 'exchanges/s', limits)),
    print({ name: 'DHCP, memory at its highest', unit: 'MB', ours: memory, peers: {}, limit: MEMORY_LIMIT }),
  ]
}

/** One run against a server that has just started and has no leases. */
async function exchange(contestant: Contestant, rate: number) {
  const lab = new Lab()
  const folder = await mkdtemp(join(tmpdir(), 'bootwire-bench-'))
  try {
    const [server, client] = [lab.computer('server'), lab.computer('client')]
    lab.cable([server, 'eth0'], [client, 'eth0'])
    server.address('eth0', '10.77.0.1/16')
    client.address('eth0', '10.77.255.250/16')
    const process = contestant.start(server, folder)
    if (contestant.name === OURS) await once(process.stdout!, 'data')
    else await pause(500)
    const clients = String(rate * SECONDS * 4)
    const load = ['-4', '-r', String(rate), '-R', clients, '-p', String(SECONDS), '-W', '500000']
    const { stdout } = await client.run('perfdhcp', [...load, '-l', '10.77.255.250', '10.77.0.1'])
    const counts = (what: string) =>
      [...stdout.matchAll(new RegExp(`^${what}: (\\d+)`, 'gm'))].map(([, count]) => Number(count))
    return {
      completed: counts('received packets').at(-1) ?? 0,
      drops: counts('drops').reduce((sum, count) => sum + count, 0),
      memory: contestant.name === OURS ? await memoryOf(process) : 0,
    }
  } finally {
    await lab.close()
    await rm(folder, { recursive: true })
  }
}

/** The most memory that a process ever had, in MB; `ip netns exec` became it. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
}
