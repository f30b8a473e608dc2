import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A network of the benchmark's own, in which every port is free and nothing reaches the machine's cables. */
export class NetworkNamespace {
  readonly #holder: ChildProcess
  readonly #prefix: readonly string[]
  readonly #children = new Set<ChildProcess>()

  private constructor(holder: ChildProcess, prefix: readonly string[]) {
    this.#holder = holder
    this.#prefix = prefix
  }

  /** Makes one with its loopback interface up. As another user than root it has a user namespace too. */
  static async create(): Promise<NetworkNamespace> {
    const isRoot = process.getuid?.() === 0
    const flags = isRoot ? ['--net'] : ['--user', '--map-root-user', '--net']
    // tftpd-hpa wants an address that is not of the loopback network, and does not start without.
    const script = 'ip link set lo up && ip address add 10.77.0.1/32 dev lo && echo up && exec cat'
    const holder = spawn('unshare', [...flags, 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    const up = await Promise.race([
      once(holder.stdout, 'data').then(() => true),
      once(holder, 'exit').then(() => false),
    ])
    if (!up) throw new Error('No network namespace could be made: this needs unshare and ip, and Linux.')
    const join = isRoot ? ['--net'] : ['--user', '--preserve-credentials', '--net']
    return new NetworkNamespace(holder, ['--target', String(holder.pid), ...join])
  }

  /** Starts a program in it, with its standard output piped. */
  spawn(program: string, parameters: readonly string[]): ChildProcess {
    // It must not outlive a benchmark that is interrupted.
    const orphanless = ['setpriv', '--pdeathsig', 'KILL']
    const child = spawn('nsenter', [...this.#prefix, ...orphanless, program, ...parameters], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#children.add(child.on('exit', () => this.#children.delete(child)))
    return child
  }

  /** Ends every program that was started in it. */
  close(): void {
    for (const child of this.#children) child.kill()
    this.#holder.kill()
  }
}
