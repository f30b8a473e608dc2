import type { BlockSource } from '../block-source.ts'
import { leafRecords, readTreeHeader } from './btree-reader.ts'
import { decodeExtentKey } from './extents-overflow.ts'
import { readExtents, type Extent, type ForkData } from './fork.ts'
import { forkSource } from './fork-source.ts'
import type { VolumeHeader } from './volume-header.ts'

type Overflow = ReadonlyMap<number, readonly Extent[]>

/** The forks of a volume's files, with the extents that are not in their records. */
export class Forks {
  readonly #volume: BlockSource
  readonly #header: VolumeHeader
  /** Extents after the first eight, by catalog node ID. */
  readonly #data: Overflow
  readonly #resource: Overflow

  constructor(volume: BlockSource, header: VolumeHeader, data: Overflow, resource: Overflow) {
    this.#volume = volume
    this.#header = header
    this.#data = data
    this.#resource = resource
  }

  /** @throws {DecodeError} when its extents are not all there */
  data(file: number, fork: ForkData): BlockSource {
    return this.#source(fork, this.#data.get(file))
  }

  /** @throws {DecodeError} when its extents are not all there */
  resource(file: number, fork: ForkData): BlockSource {
    return this.#source(fork, this.#resource.get(file))
  }

  #source(fork: ForkData, more?: readonly Extent[]): BlockSource {
    const { blockSize } = this.#header
    return forkSource(this.#volume, blockSize, blocksThere(this.#volume, blockSize), fork, more)
  }
}

/** A header may claim any number of blocks, so that a file of a few bytes would have petabytes. */
function blocksThere(volume: BlockSource, blockSize: number): number {
  return Math.floor(volume.size / blockSize)
}

/** Reads the extents-overflow file, whose own extents are all in the volume's header. */
export async function openForks(volume: BlockSource, header: VolumeHeader): Promise<Forks> {
  const { blockSize, extentsFile } = header
  const file = forkSource(volume, blockSize, blocksThere(volume, blockSize), extentsFile)
  const [data, resource] = [new Map<number, Extent[]>(), new Map<number, Extent[]>()]
  for await (const { key, data: record } of leafRecords(file, await readTreeHeader(file))) {
    const { resourceFork, file } = decodeExtentKey(key)
    const overflow = resourceFork ? resource : data
    // The records of a fork follow each other in the order of its blocks.
    const extents = overflow.get(file) ?? []
    extents.push(...readExtents(record))
    overflow.set(file, extents)
  }
  return new Forks(volume, header, data, resource)
}
