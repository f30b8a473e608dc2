/** What the OSKit's own NetBoot, last released in 2002, can load: less than Bootwire's. */
import { loadSegments } from '../formats/elf.ts'
import type { Recognition } from '../formats/recognise.ts'

/** It looks for the header in pieces of this size, and not in the last bytes of a piece. */
const PIECE = 1024
const BLIND_AT_END = 32
const LOWEST_ADDRESS = 0x1000n
const BASE_MEMORY_END = 0xa0000n
const FIRST_MEGABYTE = 0x100000n
/** What a PC of those days had at most: no kernel can want to be loaded beyond. */
const MOST_MEMORY = 0x80000000n

/** Why the original would refuse a kernel, as a sentence; undefined when it should start it. */
export function originalObstacle(found: Recognition): string | undefined {
  if (found.kind !== 'multiboot-kernel') return found.description
  const { header, elf, compressed } = found
  if (compressed) return 'It is packed with gzip, which the original does not unpack.'
  if (header.offset % PIECE > PIECE - BLIND_AT_END)
    return `Its MultiBoot header, at byte ${header.offset}, lies across the pieces of 1 KB in which the original looks for it.`
  if (elf === undefined) return 'It is no ELF file, and the original loads nothing else but a.out.'
  if (elf.bits !== 32 || elf.machine !== 'i386') return 'It is no 32-bit ELF file for i386.'
  // The original puts segments at their virtual addresses.
  const places = loadSegments(elf).map(({ virtualAddress, memorySize }) => ({
    from: virtualAddress,
    to: virtualAddress + BigInt(memorySize),
  }))
  if (places.length === 0) return 'It is an ELF file with nothing to load.'
  const beyond = places.find(({ to }) => to > MOST_MEMORY)
  if (beyond !== undefined)
    return `It is linked to run at 0x${beyond.from.toString(16)}, and the original loads by that address and not by the physical one.`
  const first = places.reduce((least, { from }) => (from < least ? from : least), MOST_MEMORY)
  const last = places.reduce((most, { to }) => (to > most ? to : most), 0n)
  if (first < LOWEST_ADDRESS)
    return `It wants to be loaded at 0x${first.toString(16)}, where the BIOS keeps its data.`
  if (first < FIRST_MEGABYTE && last > BASE_MEMORY_END)
    return (
      `It wants to be loaded at 0x${first.toString(16)} and to reach beyond 640 KB, where the BIOS is. ` +
      'Kernels linked by newer binutils need the linker options "-n -z noseparate-code".'
    )
  return undefined
}

/** Bytes of memory that a kernel takes while the original loads it: once as it was read, and once in its place. */
export function memoryToLoad(found: Recognition): number | undefined {
  if (found.kind !== 'multiboot-kernel' || found.elf === undefined) return undefined
  return 2 * loadSegments(found.elf).reduce((sum, { memorySize }) => sum + memorySize, 0)
}
