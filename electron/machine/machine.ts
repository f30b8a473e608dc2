import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Emit } from '../clients/events.ts'
import { type Listener, listenPrivately } from '../link/wire/listener.ts'
import type { MacAddress } from '../protocols/addresses.ts'
import { type Hardware, qemuArguments } from './arguments.ts'
import { ConsoleLines } from './console.ts'
import { MachineError, type Qemu, findQemu } from './find.ts'
import { spawnOnLeash } from './leash.ts'
import { Qmp, type QmpEvent } from './qmp.ts'
import { openScreen, type Screen, screenSocket } from './screen.ts'

export interface MachineOptions extends Partial<Hardware> {
  /** What its network card is plugged into: a `Wire`. */
  readonly cable: { netdev(id: string): string }
  readonly emit: Emit
  /** Whether `screen` can be asked for. */
  readonly watchable?: boolean
  /** QEMU to use instead of the one that `findQemu` finds. */
  readonly qemu?: Qemu
}

/** What is there as long as the machine runs. */
interface WithMachine {
  close(): Promise<void>
}

const HARDWARE: Hardware = { memory: 512, nic: 'e1000', mac: '52:54:00:12:34:56' }

/**
 * A target may reset itself this often within a minute: loaders do, and kernels do after a panic. One that does
 * so more often gets nowhere, and is stopped. Every reset is a notice.
 */
const RESETS_ALLOWED = 4
const MINUTE = 60_000

/** Milliseconds for which a key is down, and then up: what a boot loader that polls its keyboard can follow. */
const KEY_DOWN = 20
const KEY_UP = 30
/** Milliseconds without a character after which an unfinished line is a prompt: longer than a line takes to write. */
const SILENCE = 150
/** Milliseconds for QEMU to end by itself after `quit`. */
const QUIT_PATIENCE = 2000
/** Characters of QEMU's complaints that are kept: the last ones say why it ended. */
const COMPLAINTS_KEPT = 4000

/** The virtual target: a PC in QEMU, plugged into the wire, that boots from its network card. */
export class Machine {
  readonly mac: MacAddress
  /** Resolves once it has ended, with the reason for people. Never rejects. */
  readonly stopped: Promise<string>

  readonly #emit: Emit
  readonly #process: ChildProcess
  readonly #terminal: Terminal
  #qmp!: Qmp
  #complaints = ''
  #reason: string | undefined
  #resets: number[] = []

  /** Starts QEMU. Rejects with a `MachineError`, which has QEMU's own words when it does not start. */
  static async start(options: MachineOptions): Promise<Machine> {
    const qemu = options.qemu ?? (await findQemu())
    const hardware = { ...HARDWARE, ...options }
    const { mac: client } = hardware
    const { emit, cable } = options
    const console = await listenForLines(
      (line) => emit({ type: 'console-line', client, line }),
      (text) => emit({ type: 'console-prompt', client, text }),
    )
    const firmware = await listenForLines((line) => machine.#heedFirmware(line))
    const screen = options.watchable === true ? await screenSocket() : undefined
    const ears = { console: console.address, firmware: firmware.address }
    const argv = qemuArguments(hardware, (id) => cable.netdev(id), ears, screen?.argument)
    const closed = screen === undefined ? [console, firmware] : [console, firmware, screen]
    const machine = new Machine(client, emit, spawnOnLeash(qemu.path, argv), console, closed)
    try {
      await machine.#powerOn(`QEMU ${qemu.version}, ${hardware.nic}, ${hardware.memory} MiB`)
    } catch {
      machine.#process.kill('SIGKILL')
      const reason = await machine.stopped
      throw new MachineError(
        `The virtual target does not start. ${machine.#complaints.trim() || reason}`,
        `See that "${qemu.path}" runs, that this computer has ${hardware.memory} MiB to spare, and that the network boot ROMs are installed (Debian: ipxe-qemu).`,
      )
    }
    void machine.stopped.then((text) => emit({ type: 'machine-stopped', client, text }))
    return machine
  }

  private constructor(
    mac: MacAddress,
    emit: Emit,
    process: ChildProcess,
    terminal: Terminal,
    closed: readonly WithMachine[],
  ) {
    this.mac = mac
    this.#emit = emit
    this.#process = process
    this.#terminal = terminal
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINTS_KEPT)
    })
    this.stopped = this.#watch(closed)
  }

  /** Writes the screen as PNG. Rejects with a `QmpError` when the file cannot be written. */
  async screenshot(path: string): Promise<void> {
    await this.#qmp.execute('screendump', { filename: resolve(path), format: 'png' })
  }

  /** How a page can watch the screen and type; whoever watches already goes on. Rejects unless it is `watchable`. */
  screen(): Promise<Screen> {
    return openScreen(this.#qmp)
  }

  /** Presses the reset button. */
  async reset(): Promise<void> {
    await this.#qmp.execute('system_reset')
  }

  /** Presses keys together and lets them go, by QEMU's names: `sendKey('ctrl', 'alt', 'delete')`. */
  async sendKey(...keys: readonly string[]): Promise<void> {
    await this.#qmp.execute('send-key', {
      keys: keys.map((key) => ({ type: 'qcode', data: key })),
      'hold-time': KEY_DOWN,
    })
    await sleep(KEY_DOWN + KEY_UP)
  }

  /** Types ASCII text on the terminal at its serial port; `\n` is the Return key. */
  type(text: string): void {
    this.#terminal.type(text)
  }

  /** Switches the target off and waits until QEMU has ended. */
  async quit(): Promise<void> {
    this.#reason ??= 'It was switched off.'
    this.#qmp.execute('quit').catch(() => {})
    const patience = new AbortController()
    await Promise.race([this.stopped, sleep(QUIT_PATIENCE, undefined, patience).catch(() => {})])
    patience.abort()
    this.#process.kill('SIGKILL')
    await this.stopped
  }

  async #powerOn(description: string): Promise<void> {
    const { stdin, stdout } = this.#process
    if (stdin === null || stdout === null) throw new Error('QEMU has no standard streams')
    this.#qmp = await Qmp.connect(stdout, stdin, (event) => this.#heed(event))
    this.#emit({ type: 'machine-started', client: this.mac, description })
    await this.#qmp.execute('cont')
  }

  /**
   * iPXE offers its command line for two seconds before it boots. Any key but Ctrl-B ends that; it is pressed when
   * SeaBIOS hands over to the ROM, so that it is iPXE who reads it and not a boot loader.
   */
  #heedFirmware(line: string): void {
    if (line.startsWith('Booting from ROM')) this.sendKey('spc').catch(() => {})
  }

  #heed({ event, data }: QmpEvent): void {
    const byItself = data['guest'] === true
    if (event === 'SHUTDOWN' && byItself) this.#reason ??= 'It switched itself off.'
    if (event === 'RESET' && byItself) this.#heedReset(Date.now())
  }

  #heedReset(now: number): void {
    this.#resets = [...this.#resets.filter((at) => now - at < MINUTE), now]
    if (this.#resets.length > RESETS_ALLOWED) {
      this.#reason ??= `It reset itself ${this.#resets.length} times within a minute.`
      void this.quit()
      return
    }
    this.#emit({
      type: 'notice',
      level: 'advice',
      client: this.mac,
      text: 'The target reset itself and starts again: it was told to reboot, or it crashed (a triple fault).',
      remedy: 'See what it wrote last on its screen and serial port.',
    })
  }

  async #watch(closed: readonly WithMachine[]): Promise<string> {
    const ended = await once(this.#process, 'close').catch((error: unknown) => error)
    await Promise.all(closed.map((one) => one.close()))
    if (this.#reason !== undefined) return this.#reason
    if (!Array.isArray(ended)) return `QEMU cannot be run: ${(ended as Error).message}`
    const [status, signal] = ended as [number | null, NodeJS.Signals | null]
    const how = signal === null ? `ended with status ${status}` : `was ended by ${signal}`
    return `QEMU ${how}. ${this.#complaints.trim()}`.trimEnd()
  }
}

/** What is at the other end of a serial line. */
interface Terminal extends Listener {
  type(text: string): void
}

async function listenForLines(
  onLine: (line: string) => void,
  onPrompt?: (text: string) => void,
): Promise<Terminal> {
  const lines = new ConsoleLines(onLine)
  let port: Socket | undefined
  const listener = await listenPrivately((socket) => {
    port = socket
    let silence: NodeJS.Timeout | undefined
    const isSilent = () => {
      const text = lines.prompt()
      if (text !== undefined) onPrompt?.(text)
    }
    socket.on('data', (bytes) => {
      lines.push(bytes)
      clearTimeout(silence)
      silence = setTimeout(isSilent, SILENCE)
    })
    socket.on('close', () => {
      clearTimeout(silence)
      lines.end()
    })
    // That QEMU ended is told by its process.
    socket.on('error', () => {})
  })
  return { ...listener, type: (text) => void port?.write(text.replaceAll('\n', '\r'), 'latin1') }
}
