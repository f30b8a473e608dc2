/** How boot1pxe gives `boot` its kernel: which of three ways, and why. */
import type { Boot132 } from '../formats/darwin/boot132.ts'
import { formatBytes } from '../clients/units.ts'

/** `auto` leaves the choice between the first two to boot1pxe, which knows the target's memory. */
export type Boot132Way = 'auto' | 'ramdisk' | 'demand' | 'network'

export interface WayChoice {
  readonly way: Boot132Way
  /** Why, as a sentence. */
  readonly reason: string
  /** What the target has to have, in MB. */
  readonly memory: number
  /** What `boot` uses of that for itself. */
  readonly ownMemory: number
}

/** An image larger than this takes longer to load than a boot loader reads of it. */
const LOADED_WHOLE = 256 * 1024 * 1024
const MEGABYTE = 1024 * 1024
/** In MB: an image's last part of one, boot1pxe and the firmware (its ramdisk.c). */
const OVERHEAD = 4

/**
 * What `boot` uses from the bottom of memory up, in MB: Apple's loads files at 104 MB, 24 MB at most; Chameleon has
 * 256 MB of heap and loads 95 MB behind it (each in i386/libsa/memory.h).
 */
export function memoryOfBoot({ family }: Boot132): number {
  return family === 'boot-132' ? 128 : 417
}

/**
 * Chooses a way where the user has chosen none.
 * @param imageSize in bytes
 */
export function chooseWay(chosen: Boot132Way, boot: Boot132, imageSize: number): WayChoice {
  const own = memoryOfBoot(boot)
  const whole = own + Math.floor(imageSize / MEGABYTE) + OVERHEAD
  const size = formatBytes(imageSize)
  switch (chosen) {
    case 'network':
      return {
        way: 'network',
        memory: own,
        ownMemory: own,
        reason: 'boot asks for its files by name (INT 2Bh), and boot1pxe reads them from this computer.',
      }
    case 'demand':
      return {
        way: 'demand',
        memory: own,
        ownMemory: own,
        reason: `boot reads the disk image of ${size} as disk 80h, and boot1pxe fetches what is read by NFS.`,
      }
    case 'ramdisk':
      return {
        way: 'ramdisk',
        memory: whole,
        ownMemory: own,
        reason: `The disk image of ${size} is loaded into the target's memory, and boot reads it as disk 80h.`,
      }
    case 'auto':
      return imageSize > LOADED_WHOLE
        ? {
            way: 'demand',
            memory: own,
            ownMemory: own,
            reason: `The disk image of ${size} is too large to load before anything starts: boot1pxe fetches by NFS what boot reads of it.`,
          }
        : {
            way: 'auto',
            memory: own,
            ownMemory: own,
            reason: `The disk image of ${size} is loaded into the memory of a target that has ${whole} MB; with less, boot1pxe fetches by NFS what boot reads of it.`,
          }
  }
}

/** Why this build of `boot` cannot go this way, as a sentence with the way out; undefined when it can. */
export function wayObstacle(way: Boot132Way, { family }: Boot132): string | undefined {
  return way === 'network' && family !== 'boot-132'
    ? `${family} has no working network code of its own. Choose the disk image in its place, which needs none.`
    : undefined
}
