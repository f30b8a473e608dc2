/**
 * Networks for tests, made of network namespaces: computers, cables, bridges and taps that exist on this machine
 * only. Interface names are local to a namespace, so every test may call its interfaces `eth0`.
 *
 *     describe('a server', unless(noLab()), () => {
 *       const lab = new Lab()
 *       afterAll(() => lab.close())
 *       const server = lab.computer('server')
 *       const client = lab.computer('client')
 *       lab.cable([server, 'eth0'], [client, 'eth0'])
 *       server.address('eth0', '10.77.0.1/24')
 */
import { execFile, execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What a finished command printed, and how it ended: -1 when a signal ended it. */
export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

let known: { readonly reason: string | undefined } | undefined

/** Why namespaces cannot be made here; undefined when they can. */
export function noLab(): string | undefined {
  known ??= { reason: whyNoLab() }
  return known.reason
}

function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root: sudo npm test'
  const name = `bw-${process.pid}-probe`
  try {
    ip('netns', 'add', name)
    ip('netns', 'delete', name)
    removeLeftovers()
    return undefined
  } catch (error) {
    return `network namespaces cannot be made here: ${error instanceof Error ? error.message : String(error)}`
  }
}

function ip(...parameters: string[]): string {
  return execFileSync('ip', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

let made = 0

/** What `ip -json address show` tells of an interface. */
interface Shown {
  readonly address: string
  readonly addr_info: readonly { family: string; local: string; prefixlen: number }[]
}

/** Ends whatever still runs in a namespace, and takes it away. */
function removeNamespace(name: string): void {
  try {
    for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean))
      process.kill(Number(pid), 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
  try {
    ip('netns', 'delete', name)
  } catch {
    // It is gone already.
  }
  // `ip netns exec` reads its resolver and hosts files from here, and tests may have put some.
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true })
}

/** A run that was killed could not take its namespaces away. */
function removeLeftovers(): void {
  for (const [name, pid] of ip('netns', 'list').matchAll(/^bw-(\d+)-[^ \n]*/gm))
    if (!existsSync(`/proc/${pid}`)) removeNamespace(name)
}

/** A computer of the lab: a network namespace with its own interfaces, addresses, routes and ports. */
export class Computer {
  /** The namespace's name, for `ip netns exec`. */
  readonly namespace: string
  readonly #running = new Set<ChildProcess>()

  constructor(label: string) {
    this.namespace = `bw-${process.pid}-${(made += 1)}-${label}`
    ip('netns', 'add', this.namespace)
    this.ip('link', 'set', 'lo', 'up')
  }

  /** Runs `ip` with the given parameters inside; throws with what it printed when it fails. */
  ip(...parameters: string[]): string {
    return ip('-netns', this.namespace, ...parameters)
  }

  /** Gives an interface an address such as `10.77.0.1/24`. */
  address(name: string, cidr: string): void {
    this.ip('address', 'add', cidr, 'broadcast', '+', 'dev', name)
  }

  /** The hardware address of an interface. */
  mac(name: string): string {
    return this.#show(name).address
  }

  /** The IPv4 addresses of an interface, such as `10.77.0.1/24`; empty when there is no such interface. */
  addresses(name: string): string[] {
    try {
      const { addr_info: addresses } = this.#show(name)
      return addresses
        .filter(({ family }) => family === 'inet')
        .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
    } catch {
      return []
    }
  }

  /** A bridge that joins interfaces of this computer, as a switch does. */
  bridge(name: string, members: readonly string[]): void {
    this.ip('link', 'add', name, 'type', 'bridge', 'forward_delay', '0', 'stp_state', '0')
    for (const member of members) this.ip('link', 'set', member, 'master', name)
    this.ip('link', 'set', name, 'up')
  }

  /** A tap that a virtual machine started in this namespace can open. */
  tap(name: string): void {
    this.ip('tuntap', 'add', 'dev', name, 'mode', 'tap')
    this.ip('link', 'set', name, 'up')
  }

  /** The program and parameters that run a command inside, for those who start it themselves. */
  inside(command: string, parameters: readonly string[]): [string, string[]] {
    return ['ip', ['netns', 'exec', this.namespace, command, ...parameters]]
  }

  /** Runs a command inside to its end, or for at most `timeout` milliseconds. */
  async run(command: string, parameters: readonly string[], timeout = 60_000): Promise<Finished> {
    try {
      const { stdout, stderr } = await execute(...this.inside(command, parameters), {
        timeout,
        maxBuffer: 2 ** 28,
      })
      return { status: 0, stdout, stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
      if (stdout === undefined || stderr === undefined) throw error
      return { status: typeof code === 'number' ? code : -1, stdout, stderr }
    }
  }

  /** Starts a command inside; `lab.close()` ends it if it is still running. */
  spawn(command: string, parameters: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn(...this.inside(command, parameters), options)
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    return child
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#running].map(async (child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        await ended
      }),
    )
    removeNamespace(this.namespace)
  }

  #show(name: string): Shown {
    const [shown] = JSON.parse(this.ip('-json', 'address', 'show', 'dev', name)) as Shown[]
    if (shown === undefined) throw new Error(`${this.namespace} has no interface ${name}.`)
    return shown
  }
}

/** One end of a cable: a computer and the name its interface gets there. */
export type CableEnd = readonly [Computer, string]

/** Computers and cables that are always taken away again, also when a test fails or the process ends. */
export class Lab {
  readonly #computers: Computer[] = []
  readonly #atExit = () => this.#computers.forEach((computer) => removeNamespace(computer.namespace))

  constructor() {
    process.once('exit', this.#atExit)
  }

  computer(label: string): Computer {
    const computer = new Computer(label)
    this.#computers.push(computer)
    return computer
  }

  /** Joins two computers by a pair of interfaces, both up and without an address. */
  cable([left, leftName]: CableEnd, [right, rightName]: CableEnd): void {
    const ends = [
      'netns',
      left.namespace,
      'type',
      'veth',
      'peer',
      'name',
      rightName,
      'netns',
      right.namespace,
    ]
    ip('link', 'add', leftName, ...ends)
    left.ip('link', 'set', leftName, 'up')
    right.ip('link', 'set', rightName, 'up')
  }

  async close(): Promise<void> {
    await Promise.all(this.#computers.splice(0).map((computer) => computer.close()))
    process.off('exit', this.#atExit)
  }
}

/** Parameters of setpriv(1) for a user without rights, who may read a clone that is in root's own folder. */
export const AS_NOBODY = [
  ...['--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'],
]

/** Waits until `condition` gives something other than `undefined` or `false`; throws after `timeout` milliseconds. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = 10_000,
): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    const found = await condition()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`Waited ${timeout} ms in vain for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
