import { loadSegments } from '../formats/elf.ts'
import type { Recognition } from '../formats/recognise.ts'

const FIRST_MEGABYTE = 0x100000n

/** What a MultiBoot loader can load. */
interface Loader {
  readonly name: string
  /** Where the BIOS, ROMs or the loader itself begin: below 1 MB it puts no segment there. */
  readonly reservedFrom: bigint
  readonly machines: readonly string[]
}

/** mboot.c32 of Syslinux 6. */
const MBOOT: Loader = { name: 'mboot.c32', reservedFrom: 0x90000n, machines: ['i386', 'x86-64'] }
/** NetBoot keeps what firmware needs behind itself, so that a kernel may have all of base memory. */
const NETBOOT: Loader = { name: 'NetBoot', reservedFrom: 0x9a000n, machines: ['i386'] }

/** Why mboot.c32 would refuse a file as its kernel, as a sentence; undefined when it should start it. */
export const mbootObstacle = (found: Recognition) => obstacle(found, MBOOT)
/** The same for Bootwire's NetBoot. */
export const netbootObstacle = (found: Recognition) => obstacle(found, NETBOOT)

/** Follows what loaders check: the flags of the MultiBoot header, the format, and the memory that the image asks for. */
function obstacle(found: Recognition, { name, reservedFrom, machines }: Loader): string | undefined {
  if (found.kind !== 'multiboot-kernel') return found.description
  const { header, elf } = found
  if (header.unknownFlags !== 0)
    return `Its MultiBoot header demands features that ${name} does not have (flags 0x${header.unknownFlags.toString(16)}).`
  if (elf === undefined || !machines.includes(elf.machine)) {
    if (header.addresses !== undefined) return undefined
    return elf === undefined
      ? 'It is no ELF file, and its MultiBoot header does not say where to load it.'
      : `It is made for another processor (ELF machine ${elf.machine}).`
  }
  const segments = loadSegments(elf)
  if (segments.length === 0) return 'It is an ELF file with nothing to load.'
  const low = segments.find(
    ({ physicalAddress, memorySize }) =>
      physicalAddress < FIRST_MEGABYTE && physicalAddress + BigInt(memorySize) > reservedFrom,
  )
  if (low === undefined) return undefined
  return (
    `It wants to be loaded at 0x${low.physicalAddress.toString(16)}, below 1 MB, where the BIOS is. ` +
    'Kernels linked by newer binutils need the linker options "-n -z noseparate-code".'
  )
}
