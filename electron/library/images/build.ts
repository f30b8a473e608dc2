import type { VolumeEntry } from '../../formats/hfsplus/entries.ts'
import type { VolumeOptions } from '../../formats/hfsplus/layout.ts'
import { TreePlanter } from '../../formats/hfsplus/tree.ts'
import { planTree } from '../../formats/hfsplus/volume-writer.ts'
import { planDisk, type DiskOptions } from '../../formats/partitions/disk-plan.ts'
import type { ImageContent } from './content.ts'
import { writeImage, type WriteOptions } from './write.ts'

/** A disk image to be: what is on its volume, and what is around it. */
export interface ImageRequest {
  /** Replaced when it is there. */
  readonly output: string
  readonly entries: Iterable<VolumeEntry<ImageContent>> | AsyncIterable<VolumeEntry<ImageContent>>
  readonly volume: VolumeOptions
  readonly disk: DiskOptions
}

export interface BuiltImage {
  /** In bytes. */
  readonly size: number
  readonly files: number
  readonly folders: number
  /** Of all files on it, in bytes. */
  readonly contentSize: number
}

/**
 * Builds a disk image with one HFS+ volume. The same request gives the same bytes.
 * @throws {LayoutError} when what was asked for does not fit on an HFS+ volume
 * @throws {ImageError} when a file that belongs on it cannot be read
 */
export async function buildImage(
  { output, entries, volume, disk }: ImageRequest,
  options: WriteOptions = {},
): Promise<BuiltImage> {
  const planter = new TreePlanter<ImageContent>(volume.name, volume.caseSensitive ?? false)
  for await (const entry of entries) planter.add(entry)
  const plan = planTree(planter.finish(), volume)
  const image = planDisk(plan, volume.name, disk)
  await writeImage(image, output, options)
  const { files, folders, contentSize } = plan
  return { size: image.size, files, folders, contentSize }
}

/** A file on a volume whose bytes are in memory. */
export function bytesEntry(
  path: string,
  bytes: Uint8Array,
  attributes: { readonly mode?: number; readonly modified?: number } = {},
): VolumeEntry<ImageContent> {
  return { kind: 'file', path, size: bytes.length, content: { kind: 'bytes', bytes }, ...attributes }
}
