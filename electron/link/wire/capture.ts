import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import {
  type PacketDirection,
  encodeInterface,
  encodePacket,
  encodeSectionHeader,
} from '../../formats/pcapng.ts'

/**
 * A file of every frame at the target's end of the cable: what the target sent, and what reached it. So a frame
 * to the target that a fault plan loses is not there, and one from the target is, with a comment.
 */
export class Capture {
  readonly #file: WriteStream

  /**
   * Creates the file, or empties it.
   * @param onError is called once if the file can be written no longer, with the system's words
   */
  static async create(path: string, onError: (reason: string) => void): Promise<Capture> {
    const file = createWriteStream(path)
    await once(file, 'open')
    file.on('error', (error) => onError(`the capture ${path} ends here: ${error.message}`))
    file.write(encodeSectionHeader('Bootwire'))
    file.write(encodeInterface('target', "the target's network card on the virtual cable"))
    return new Capture(file)
  }

  private constructor(file: WriteStream) {
    this.#file = file
  }

  /** @param direction as the target sees it: `outbound` is what it sent */
  record(direction: PacketDirection, bytes: Uint8Array, comment?: string): void {
    if (!this.#file.writable) return
    const time = Math.round((performance.timeOrigin + performance.now()) * 1000)
    this.#file.write(encodePacket({ time, direction, bytes, ...(comment === undefined ? {} : { comment }) }))
  }

  async close(): Promise<void> {
    if (this.#file.destroyed) return
    await new Promise<void>((resolve) => this.#file.once('close', resolve).end())
  }
}
