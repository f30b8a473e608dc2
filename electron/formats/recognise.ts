import { DecodeError } from '../protocols/bytes.ts'
import { isElf, readElf, type ElfFile } from './elf.ts'
import { gunzipHead, isGzip } from './gzip.ts'
import { findMultiboot, hasMultiboot2, type MultibootHeader } from './multiboot.ts'
import { recogniseSyslinux, versionText, type SyslinuxPart } from './syslinux.ts'

/** How much of a file's start is needed to recognise it, in bytes: all of any Syslinux file. */
export const RECOGNISE_BYTES = 1024 * 1024

/** What a file is, with one sentence for people. */
export type Recognition = { readonly description: string } & (
  | {
      readonly kind: 'multiboot-kernel'
      readonly header: MultibootHeader
      /** Absent when the header itself says where the image goes. */
      readonly elf?: ElfFile
      /** Packed with gzip, which mboot.c32 unpacks. */
      readonly compressed: boolean
    }
  | { readonly kind: 'multiboot2-kernel'; readonly compressed: boolean }
  | { readonly kind: 'syslinux-part'; readonly part: SyslinuxPart }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'unknown' }
)

/** Tells what a file is by its first `RECOGNISE_BYTES` bytes. Never throws: what is broken is `unknown`. */
export function recognise(head: Uint8Array): Recognition {
  try {
    if (!isGzip(head)) return recognisePlain(head, false)
    const inside = recognisePlain(gunzipHead(head), true)
    return inside.kind === 'unknown'
      ? { kind: 'gzip', description: `A gzip file. Inside: ${inside.description}` }
      : inside
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { kind: 'unknown', description: `A damaged or cut file: ${error.message}.` }
  }
}

function recognisePlain(head: Uint8Array, compressed: boolean): Recognition {
  const packed = compressed ? ', packed with gzip' : ''
  const header = findMultiboot(head)
  if (header !== undefined) {
    const elf = isElf(head) ? readElf(head) : undefined
    const format = elf === undefined ? 'flat binary' : `${elf.bits}-bit ELF, ${elf.machine}`
    const description = `A MultiBoot kernel (${format}${packed}).`
    return {
      kind: 'multiboot-kernel',
      header,
      ...(elf === undefined ? {} : { elf }),
      compressed,
      description,
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
  return { kind: 'unknown', description: describeUnknown(head) }
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
