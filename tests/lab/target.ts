/** A virtual target for tests of programs that run on one: QEMU with its serial port on our pipes, for both ways. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { ServedTree } from '../../electron/chains/tree.ts'
import type { Happening } from '../../electron/clients/events.ts'
import { parseFaults } from '../../electron/link/faults.ts'
import { type Listener, listenPrivately } from '../../electron/link/wire/listener.ts'
import { Wire } from '../../electron/link/wire/wire.ts'
import { socketDevice } from '../../electron/machine/arguments.ts'
import { DhcpServer } from '../../electron/servers/dhcp/server.ts'
import { startNfsServer } from '../../electron/servers/nfs/server.ts'
import { startTftpServer } from '../../electron/servers/tftp/server.ts'
import { until } from './namespaces.ts'

export interface BenchOptions {
  /** What TFTP serves: bytes, or the path of a file. */
  readonly files: Readonly<Record<string, string | Buffer>>
  /** What firmware is told to load; without it nothing boots by PXE. */
  readonly bootFile?: string
  /** What NetBoot is told to do by itself, as option 209. */
  readonly configurationFile?: string
  /** Whether nobody gives addresses. */
  readonly withoutDhcp?: boolean
  /** Exported by NFS as `/`. */
  readonly folder?: string
  /** As `bootwire --faults` takes them. */
  readonly faults?: string
  readonly capture?: string
}

/** A wire with Bootwire's servers on it, without a service process around. */
export class ServedWire {
  readonly events: Happening[] = []
  readonly #closers: (() => unknown)[] = []
  wire!: Wire

  static async open({
    files,
    bootFile,
    configurationFile,
    folder,
    faults,
    capture,
    withoutDhcp = false,
  }: BenchOptions): Promise<ServedWire> {
    const served = new ServedWire()
    const emit = (event: Happening) => void served.events.push(event)
    const wire = await Wire.create({
      ...(faults === undefined ? {} : { faults: parseFaults(faults) }),
      ...(capture === undefined ? {} : { capture: { path: capture } }),
    })
    served.wire = wire
    served.#closers.push(() => wire.close())
    const tree = new ServedTree(
      Object.entries(files).map(([name, from]) => ({
        name,
        content: { kind: 'bytes', bytes: typeof from === 'string' ? readFileSync(from) : from },
        origin: 'a test',
      })),
    )
    const tftp = await startTftpServer(wire, tree, emit)
    served.#closers.push(() => tftp.close())
    if (!withoutDhcp) {
      const dhcp = await DhcpServer.start(wire, {
        mode: 'full',
        bootAnswer: () =>
          bootFile === undefined
            ? 'nothing to boot'
            : { file: bootFile, ...(configurationFile === undefined ? {} : { configurationFile }) },
        emit,
        allow: [],
        fixed: new Map(),
      })
      served.#closers.push(() => dhcp.close())
    }
    if (folder !== undefined) {
      const nfs = await startNfsServer(wire, emit, {
        secret: Buffer.alloc(32, 'a secret for tests'),
        exports: [{ path: '/', source: { kind: 'folder', folder } }],
      })
      served.#closers.push(() => nfs.close())
    }
    return served
  }

  of<T extends Happening['type']>(type: T): (Happening & { type: T })[] {
    return this.events.filter((event): event is Happening & { type: T } => event.type === type)
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close()
  }
}

export interface TargetOptions {
  readonly wire?: Wire
  /** By QEMU's name; `none` for one that `more` describes, whose netdev is `n`. */
  readonly nic?: string
  /** In MiB. */
  readonly memory?: number
  /** More of QEMU's command line. */
  readonly more?: readonly string[]
}

/** A PC in QEMU. What it writes to its serial port is `said`, and what SeaBIOS tells of its steps is `firmware`. */
export class Target {
  said = ''
  firmware = ''
  readonly #process: ChildProcessWithoutNullStreams
  #complaints = ''
  #monitor: Socket | undefined
  #wake: (() => void) | undefined

  static async start(options: TargetOptions): Promise<Target> {
    const ears = await listenPrivately((socket) =>
      target.#listen(socket, (text) => (target.firmware += text)),
    )
    const monitor = await listenPrivately((socket) => (target.#monitor = socket))
    const target = new Target(options, ears, monitor)
    return target
  }

  private constructor(
    { wire, nic = 'e1000', memory = 64, more = [] }: TargetOptions,
    ears: Listener,
    monitor: Listener,
  ) {
    this.#process = spawn(
      'qemu-system-x86_64',
      [
        ['-no-user-config', '-nodefaults', '-accel', 'tcg', '-m', String(memory)],
        ['-display', 'none', '-vga', 'std', '-serial', 'stdio'],
        wire === undefined ? [] : ['-netdev', wire.netdev('n')],
        wire === undefined || nic === 'none' ? [] : ['-device', `${nic},netdev=n`],
        ['-boot', 'order=n'],
        ['-chardev', socketDevice('firmware', ears.address)],
        ['-device', 'isa-debugcon,iobase=0x402,chardev=firmware'],
        ['-chardev', socketDevice('monitor', monitor.address), '-mon', 'chardev=monitor'],
        more,
      ].flat(),
    )
    this.#listen(this.#process.stdout, (text) => (this.said += text))
    this.#listen(this.#process.stderr, (text) => (this.#complaints += text))
    this.#process.once('exit', () => {
      void ears.close()
      void monitor.close()
      this.#wake?.()
    })
  }

  /**
   * Waits for text on the serial port, and gives what came before it since the last time.
   * @throws an Error with the end of what it said instead
   */
  async hear(wanted: string | RegExp, seconds = 40): Promise<string> {
    const deadline = Date.now() + seconds * 1000
    for (;;) {
      const rest = this.said.slice(this.#heard)
      const match = typeof wanted === 'string' ? indexOf(rest, wanted) : wanted.exec(rest)
      if (match) {
        const end = match.index + match[0].length
        this.#heard += end
        return rest.slice(0, end)
      }
      const ended = this.#process.exitCode !== null
      if (ended || Date.now() > deadline)
        throw new Error(
          `The target did not say ${String(wanted)}${ended ? `, for QEMU ended: ${this.#complaints}` : ''}. It said:\n${rest.slice(-3000)}`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now())
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
  #heard = 0

  /** Types on the serial port. */
  type(text: string): void {
    this.#process.stdin.write(text, 'latin1')
  }

  /** Presses keys of its keyboard, by QEMU's names. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#command(`sendkey ${key}`)
  }

  /** What its screen shows in text mode, row by row. */
  async screen(): Promise<string> {
    const cells = (await this.#command('xp /2000hx 0xb8000')).matchAll(/ 0x[0-9a-f]{2}([0-9a-f]{2})\b/g)
    const text = Buffer.from([...cells].map(([, character]) => parseInt(character!, 16))).toString('latin1')
    return (text.match(/.{80}/gs) ?? []).map((row) => row.trimEnd()).join('\n')
  }

  /** Pulls the cable at its end. */
  async unplug(): Promise<void> {
    await this.#command('set_link n off')
  }

  /** At which speed its serial port is, while it writes nothing. */
  async baud(): Promise<number> {
    const read = async (port: number) =>
      parseInt(/ = 0x([0-9a-f]+)/.exec(await this.#command(`i /b ${port}`))![1]!, 16)
    await this.#command('o /b 0x3fb 0x83')
    const divisor = (await read(0x3f8)) + 256 * (await read(0x3f9))
    await this.#command('o /b 0x3fb 0x03')
    return 115200 / divisor
  }

  /** Gives what QEMU's monitor answers to a line. */
  async #command(line: string): Promise<string> {
    const monitor = this.#monitor
    if (monitor === undefined) throw new Error('QEMU has not opened its monitor yet.')
    let answer = ''
    const listen = (data: Buffer) => (answer += data.toString('latin1'))
    monitor.on('data', listen).write(`${line}\n`)
    await until(`QEMU to answer ${line}`, () => /\n\(qemu\) $/.test(answer))
    monitor.off('data', listen)
    return answer
  }

  #listen(stream: Readable, take: (text: string) => void): void {
    stream.setEncoding('latin1').on('data', (text: string) => {
      take(text)
      this.#wake?.()
    })
  }

  async off(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }
}

function indexOf(text: string, wanted: string): { index: number; 0: string } | undefined {
  const index = text.indexOf(wanted)
  return index < 0 ? undefined : { index, 0: wanted }
}
