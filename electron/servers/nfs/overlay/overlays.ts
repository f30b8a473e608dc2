import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ipv4Address } from '../../../protocols/addresses.ts'
import type { Volume } from '../volume/volume.ts'
import { OverlayVolume } from './overlay-volume.ts'

/** The overlays of an export, one for each client, opened when the client first comes. */
export class Overlays {
  readonly #base: Volume
  readonly #fsid: bigint
  readonly #options: { readonly folder: string; readonly keep: boolean }
  readonly #identify: (client: Ipv4Address) => Promise<string>
  readonly #open = new Map<string, Promise<OverlayVolume>>()

  constructor(
    base: Volume,
    fsid: bigint,
    options: { readonly folder: string; readonly keep: boolean },
    identify: (client: Ipv4Address) => Promise<string>,
  ) {
    this.#base = base
    this.#fsid = fsid
    this.#options = options
    this.#identify = identify
  }

  /** Takes away what a session left behind that was not to be kept. */
  async start(): Promise<void> {
    if (!this.#options.keep) await rm(this.#options.folder, { recursive: true, force: true })
  }

  async of(client: Ipv4Address): Promise<OverlayVolume> {
    const name = await this.#identify(client)
    const open =
      this.#open.get(name) ?? OverlayVolume.open(this.#base, join(this.#options.folder, name), this.#fsid)
    this.#open.set(name, open)
    // What is damaged may be removed while we run.
    open.catch(() => this.#open.delete(name))
    return open
  }

  async close(): Promise<void> {
    for (const open of this.#open.values()) {
      const overlay = await open.catch(() => undefined)
      await (this.#options.keep ? overlay?.close() : overlay?.discard())
    }
    await this.start()
  }
}
