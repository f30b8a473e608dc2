import { DecodeError } from '../protocols/bytes.ts'
import {
  BOOT_STAGES,
  recogniseBoot132,
  recogniseBootStage,
  type Boot132,
  type BootStage,
} from './darwin/boot132.ts'
import { knownProblems } from './darwin/known-builds.ts'
import { KERNEL_BYTES, mayBeKernel, recogniseDarwin, type DarwinRecognition } from './darwin/recognise.ts'
import { recogniseDiskImage, type DiskImageFormat } from './disk-image.ts'
import { isElf, readElf, type ElfFile } from './elf.ts'
import { gunzipHead, isGzip } from './gzip.ts'
import { findMultiboot, hasMultiboot2, type MultibootHeader } from './multiboot.ts'
import { recogniseSyslinux, versionText, type SyslinuxPart } from './syslinux.ts'

/** How much of a file's start is needed to recognise it, in bytes: all of any Syslinux file or boot loader. */
export const RECOGNISE_BYTES = 1024 * 1024

/** The same, once its first bytes are known: what a kernel tells of itself can be far behind them. */
export function recogniseBytes(head: Uint8Array): number {
  return mayBeKernel(head) ? KERNEL_BYTES : RECOGNISE_BYTES
}

/** What a file is, with one sentence for people. */
export type Recognition = {
  readonly description: string
  /** What is known to go wrong with it, each with the way out. */
  readonly warnings?: readonly string[]
} & (
  | {
      readonly kind: 'multiboot-kernel'
      readonly header: MultibootHeader
      /** Absent when the header itself says where the image goes. */
      readonly elf?: ElfFile
      /** Packed with gzip, which mboot.c32 unpacks. */
      readonly compressed: boolean
      /** It is a boot loader of the boot-132 family, which has a MultiBoot header as well. */
      readonly boot132?: Boot132
    }
  | { readonly kind: 'multiboot2-kernel'; readonly compressed: boolean }
  | { readonly kind: 'syslinux-part'; readonly part: SyslinuxPart }
  | { readonly kind: 'boot-stage'; readonly stage: BootStage }
  | DarwinRecognition
  | { readonly kind: 'disk-image'; readonly format: DiskImageFormat }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'unknown' }
)

/**
 * Tells what a file is by its first `recogniseBytes`. Never throws: what is broken is `unknown`.
 * @param tail the last bytes of the file, `TAIL_BYTES` of them, where they are known
 */
export function recognise(head: Uint8Array, tail?: Uint8Array): Recognition {
  try {
    if (!isGzip(head)) return recognisePlain(head, false, tail)
    const inside = recognisePlain(gunzipHead(head), true)
    return inside.kind === 'unknown'
      ? { kind: 'gzip', description: `A gzip file. Inside: ${inside.description}` }
      : inside
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'unknown', description: `A damaged or cut file: ${error.message}.` }
  }
}

function recognisePlain(head: Uint8Array, compressed: boolean, tail?: Uint8Array): Recognition {
  const packed = compressed ? ', packed with gzip' : ''
  // cdboot has `boot` inside, and so its MultiBoot header.
  const stage = compressed ? undefined : recogniseBootStage(head)
  if (stage !== undefined) return { kind: 'boot-stage', stage, description: BOOT_STAGES[stage] }
  const header = findMultiboot(head)
  if (header !== undefined) {
    const elf = isElf(head) ? readElf(head) : undefined
    const boot132 = recogniseBoot132(head)
    const format = elf === undefined ? 'flat binary' : `${elf.bits}-bit ELF, ${elf.machine}`
    const description =
      boot132 === undefined ? `A MultiBoot kernel (${format}${packed}).` : describeBoot132(boot132, packed)
    const warnings = boot132 === undefined ? [] : knownProblems(boot132)
    return {
      kind: 'multiboot-kernel',
      header,
      ...(elf === undefined ? {} : { elf }),
      compressed,
      ...(boot132 === undefined ? {} : { boot132 }),
      description,
      ...(warnings.length === 0 ? {} : { warnings }),
    }
  }
  if (hasMultiboot2(head)) {
    const description = `A MultiBoot 2 kernel${packed}. It has no MultiBoot 1 header, which mboot.c32 needs.`
    return { kind: 'multiboot2-kernel', compressed, description }
  }
  const part = recogniseSyslinux(head)
  if (part !== undefined && !compressed) {
    const name = part.name === 'module' ? 'A Syslinux module' : `${part.name} of Syslinux`
    return { kind: 'syslinux-part', part, description: `${name}, ${versionText(part)}.` }
  }
  const darwin = compressed ? undefined : recogniseDarwin(head)
  if (darwin !== undefined) return darwin
  const image = compressed ? undefined : recogniseDiskImage(head, tail)
  if (image !== undefined) return { kind: 'disk-image', ...image }
  return { kind: 'unknown', description: describeUnknown(head) }
}

function describeBoot132({ family, version, banner }: Boot132, packed: string): string {
  if (banner.includes('Bootwire')) return `The stand-in of Bootwire for a boot loader of Darwin${packed}.`
  const name = version === undefined ? family : `${family} ${version}`
  return family === 'boot-132'
    ? `The boot loader boot-132 of Apple${packed}.`
    : `The boot loader ${name}, of the boot-132 family${packed}.`
}

/** Names what people most often give instead of a MultiBoot kernel. */
function describeUnknown(head: Uint8Array): string {
  if (Buffer.from(head.subarray(0x202, 0x206)).toString('latin1') === 'HdrS')
    return 'A Linux kernel (bzImage), which is no MultiBoot kernel.'
  if (isElf(head)) {
    const { bits, machine } = readElf(head)
    return `An ELF file (${bits}-bit, ${machine}) without a MultiBoot header in its first 8 KB.`
  }
  return 'No MultiBoot header in the first 8 KB, and nothing else that Bootwire knows.'
}
