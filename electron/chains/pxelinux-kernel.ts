import { loadSegments } from '../formats/elf.ts'
import type { Recognition } from '../formats/recognise.ts'

const FIRST_MEGABYTE = 0x100000n
/** Where BIOS, ROMs and PXELINUX itself are: mboot.c32 puts no segment there. */
const RESERVED_FROM = 0x90000n

/**
 * Why mboot.c32 would refuse a file as its kernel, as a sentence; undefined when it should start it. Follows what
 * mboot.c32 6 checks: the flags of the MultiBoot header, the format, and the memory that the image asks for.
 */
export function mbootObstacle(found: Recognition): string | undefined {
  if (found.kind !== 'multiboot-kernel') return found.description
  const { header, elf } = found
  if (header.unknownFlags !== 0)
    return `Its MultiBoot header demands features that mboot.c32 does not have (flags 0x${header.unknownFlags.toString(16)}).`
  const x86 = elf !== undefined && ['i386', 'x86-64'].includes(elf.machine)
  if (!x86) {
    if (header.addresses !== undefined) return undefined
    return elf === undefined
      ? 'It is no ELF file, and its MultiBoot header does not say where to load it.'
      : `It is made for another processor (ELF machine ${elf.machine}).`
  }
  const segments = loadSegments(elf)
  if (segments.length === 0) return 'It is an ELF file with nothing to load.'
  const low = segments.find(
    ({ physicalAddress, memorySize }) =>
      physicalAddress < FIRST_MEGABYTE && physicalAddress + BigInt(memorySize) > RESERVED_FROM,
  )
  if (low === undefined) return undefined
  return (
    `It wants to be loaded at 0x${low.physicalAddress.toString(16)}, below 1 MB, where the BIOS is. ` +
    'Kernels linked by newer binutils need the linker options "-n -z noseparate-code".'
  )
}
