/** Runs the built `bootwire` as a user does, and reads what it tells. */
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BootEvent } from '../../electron/api/contract.ts'
import { emptyTimeline, reduce, type Client, type Timeline } from '../../electron/clients/timeline.ts'
import type { Computer } from './namespaces.ts'

const command = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stderr: string
}

/** A running `bootwire … --json`. */
export class Bootwire {
  readonly events: BootEvent[] = []
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  timeline: Timeline = emptyTimeline
  readonly #waiting = new Set<() => void>()

  /** On this computer, or inside a computer of the lab. */
  constructor(
    parameters: readonly string[],
    computer?: Computer,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    const [program, rest] = [process.execPath, [command, ...parameters, '--json']]
    const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], env: environment }
    this.process =
      computer === undefined ? spawn(program, rest, options) : computer.spawn(program, rest, options)
    let stderr = ''
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      const event = BootEvent.parse(JSON.parse(line))
      this.events.push(event)
      this.timeline = reduce(this.timeline, event)
      for (const wake of this.#waiting) wake()
    })
    this.ended = new Promise((resolve) =>
      this.process.once('close', (status) => {
        resolve({ status, stderr })
        for (const wake of this.#waiting) wake()
      }),
    )
  }

  /** The first truthy answer of `look`, asked at every event; rejects with the events so far after `seconds`. */
  until<T>(what: string, look: (run: this) => T | undefined | false, seconds = 60): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#waiting.delete(check)
        clearTimeout(timer)
        settle()
      }
      const check = () => {
        const answer = look(this)
        if (answer) finish(() => resolve(answer))
        else if (this.process.exitCode !== null) finish(() => reject(this.#miss(what, 'it ended')))
      }
      const timer = setTimeout(
        () => finish(() => reject(this.#miss(what, `${seconds} s passed`))),
        seconds * 1000,
      )
      this.#waiting.add(check)
      check()
    })
  }

  ready(): Promise<BootEvent> {
    return this.until('the session to start', () => this.of('session-started')[0])
  }

  of<T extends BootEvent['type']>(type: T): (BootEvent & { type: T })[] {
    return this.events.filter((event): event is BootEvent & { type: T } => event.type === type)
  }

  /** What the target has written on its serial port. */
  get console(): string {
    return this.of('console-line')
      .map(({ line }) => line)
      .join('\n')
  }

  get client(): Client {
    return Object.values(this.timeline.clients)[0]!
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Ended> {
    this.process.kill('SIGINT')
    return this.ended
  }

  #miss(what: string, why: string): Error {
    const last = this.events.slice(-30).map((event) => JSON.stringify(event))
    return new Error(`Waited for ${what}, but ${why}. The last events:\n${last.join('\n')}`)
  }
}

/** Runs `bootwire` to its end and gives what it printed. */
export function bootwire(parameters: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
  return spawnSync(process.execPath, [command, ...parameters], {
    encoding: 'utf8',
    // With `CI` set it would print colours into a pipe too.
    env: { ...environment, NO_COLOR: '1' },
    timeout: 120_000,
  })
}

/** Why tests that boot a virtual target cannot run on this computer, if they cannot. */
export function noVirtualTarget(): string | undefined {
  return spawnSync('qemu-system-x86_64', ['--version']).status === 0
    ? undefined
    : 'QEMU is not installed (Debian: qemu-system-x86)'
}
