import { createWriteStream, type WriteStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import {
  type PacketDirection,
  encodeInterface,
  encodePacket,
  encodeSectionHeader,
} from '../formats/pcapng.ts'

/** Where packets are written to. */
export interface CaptureFile {
  readonly path: string
  /** About how many bytes are kept, the newest; absent: everything. Half of them go into a second file. */
  readonly limit?: number
  /** Called once, when the first packets are given up for newer ones. */
  readonly onCut?: () => void
}

/** The interface that packets are of, by its name and for people. */
export interface CapturedInterface {
  readonly name: string
  readonly description: string
}

/** The files that a capture with a limit may consist of: joined in the order of their age they are one capture. */
export function captureParts(path: string): readonly [string, string] {
  return [path, path.replace(/(\.pcapng)?$/, '.2$1')]
}

/** A file of packets, or two that take turns: the older one is emptied when the newer one is half of the limit. */
export class Capture {
  readonly #target: CaptureFile
  readonly #header: Buffer
  readonly #onError: (reason: string) => void
  #file: WriteStream
  #bytes = 0
  #turns = 0
  #turning = false
  #older: Promise<unknown> = Promise.resolve()
  #failed = false

  /**
   * Creates the file, or empties it.
   * @param onError is called once if the file can be written no longer, with the system's words
   */
  static async create(
    target: CaptureFile,
    { name, description }: CapturedInterface,
    onError: (reason: string) => void,
  ): Promise<Capture> {
    const file = createWriteStream(target.path)
    await once(file, 'open')
    const header = Buffer.concat([encodeSectionHeader('Bootwire'), encodeInterface(name, description)])
    return new Capture(target, header, file, onError)
  }

  private constructor(
    target: CaptureFile,
    header: Buffer,
    file: WriteStream,
    onError: (reason: string) => void,
  ) {
    this.#target = target
    this.#header = header
    this.#onError = onError
    this.#file = file
    this.#begin(file)
  }

  /** @param direction as the interface sees it: `outbound` is what it sent */
  record(direction: PacketDirection, bytes: Uint8Array, comment?: string): void {
    const time = Math.round((performance.timeOrigin + performance.now()) * 1000)
    this.add(encodePacket({ time, direction, bytes, ...(comment === undefined ? {} : { comment }) }))
  }

  /** Packets that were seen before, as `encodePacket` makes them, one after the other. */
  add(packets: Buffer): void {
    if (this.#failed || !this.#file.writable) return
    this.#write(packets)
    const { limit } = this.#target
    if (limit !== undefined && this.#bytes >= limit / 2 && !this.#turning) void this.#turn()
  }

  async close(): Promise<void> {
    await this.#older
    await ended(this.#file)
  }

  #begin(file: WriteStream): void {
    file.on('error', (error) => {
      if (this.#failed) return
      this.#failed = true
      this.#onError(`The capture ${this.#target.path} ends here: ${error.message}`)
    })
    this.#file = file
    this.#bytes = 0
    this.#write(this.#header)
  }

  #write(block: Buffer): void {
    this.#file.write(block)
    this.#bytes += block.length
  }

  /** What comes meanwhile still goes to the file that is full. */
  async #turn(): Promise<void> {
    this.#turning = true
    // Whoever copies the older file at the moment goes on with what it was.
    const next = captureParts(this.#target.path)[++this.#turns % 2]!
    await this.#older
    await unlink(next).catch(() => {})
    if (this.#file.writable) {
      this.#older = ended(this.#file)
      this.#begin(createWriteStream(next))
      if (this.#turns === 2) this.#target.onCut?.()
    }
    this.#turning = false
  }
}

async function ended(file: WriteStream): Promise<void> {
  if (file.destroyed) return
  await new Promise<void>((resolve) => file.once('close', resolve).end())
}
