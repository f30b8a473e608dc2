import { encodePacket } from '../../formats/pcapng.ts'
import { Capture, type CaptureFile } from '../capture.ts'
import { PacketRing } from '../native/packet-ring.ts'
import type { Nic } from './nic.ts'
import { TargetTraffic } from './target-traffic.ts'

/** Milliseconds between two looks at what has come. */
const INTERVAL = 20
/** Blocks that are taken before the event loop has its turn: some hundred packets. */
const AT_ONCE = 2
/** Looks between two questions whether packets were lost. */
const STATISTICS_EVERY = 50

/** The packets of targets on a real interface, from when it is opened. Linux only, and opening it needs root. */
export class NicCapture {
  readonly #ring: PacketRing
  readonly #nic: Nic
  readonly #traffic: TargetTraffic
  #capture: Capture | undefined
  #timer: NodeJS.Timeout | undefined
  #looks = 0

  static isPossible(): boolean {
    return process.platform === 'linux' && process.geteuid?.() === 0
  }

  /** Throws the error of the system call that failed. */
  static open(nic: Nic): NicCapture {
    return new NicCapture(nic, PacketRing.open(nic.name))
  }

  private constructor(nic: Nic, ring: PacketRing) {
    this.#nic = nic
    this.#ring = ring
    this.#traffic = new TargetTraffic(nic.hardwareAddress)
  }

  /**
   * Writes them to a file, with the rights that this process has by then. Rejects when that cannot be made.
   * @param tell is told, as a sentence, why the capture ends or is not whole
   */
  async keepIn(file: CaptureFile, tell: (text: string) => void): Promise<void> {
    const { name, address } = this.#nic
    const description = `${name} of Bootwire, ${address}: what targets sent and were sent`
    this.#capture = await Capture.create(file, { name, description }, tell)
    this.#timer = setInterval(() => this.#look(tell), INTERVAL).unref()
    this.#nic.onChange(({ state }) => {
      if (state === 'returned')
        tell(`${name} was away, and only root could record it again: the capture ends before that.`)
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    // What goes on meanwhile is not waited for.
    for (let round = 0; round < 16 && this.#drain(); round++);
    this.#ring.close()
    await this.#capture?.close()
  }

  #look(tell: (text: string) => void): void {
    if (this.#drain()) setImmediate(() => this.#drain())
    if (++this.#looks % STATISTICS_EVERY === 0 && this.#ring.lost() > 0)
      tell('Packets came faster than they could be recorded: some are not in the capture.')
  }

  #drain(): boolean {
    const packets: Buffer[] = []
    const isMore = this.#ring.drain(AT_ONCE, (packet) => {
      if (this.#traffic.includes(packet.bytes)) packets.push(encodePacket(packet))
    })
    // One write for many: a stream takes longer over each than all the rest does.
    if (packets.length > 0) this.#capture?.add(Buffer.concat(packets))
    return isMore
  }
}
