import { DecodeError } from '../protocols/bytes.ts'
import { dynamicNames, elfSection, isElf, readElf, type ElfFile } from './elf.ts'

/** `module` is any other `.c32`, such as a menu. */
export type SyslinuxName =
  'pxelinux.0' | 'lpxelinux.0' | 'ldlinux.c32' | 'libcom32.c32' | 'mboot.c32' | 'memdisk' | 'module'

/**
 * One file of a Syslinux distribution. Only the loaders carry a version; modules tell their generation by
 * their format, and their build by the compiler and the zlib in them.
 */
export interface SyslinuxPart {
  readonly name: SyslinuxName
  /** Such as `6.04`. */
  readonly version?: string
  /** Such as `PXELINUX 6.04 PXE 20200816`. */
  readonly banner?: string
  /** The major versions that can use this file: 5 and 6 load ELF modules, 4 COM32R, 3 and older COM32. */
  readonly generation: 'elf' | 'com32r' | 'com32'
  /** Such as `GCC: (Debian 10.2.0-5) 10.2.0`. */
  readonly compiler?: string
  /** Such as `1.2.11`. */
  readonly zlib?: string
}

/** Tells a Syslinux file by its content; `bytes` should be the whole file. Undefined for anything else. */
export function recogniseSyslinux(bytes: Uint8Array): SyslinuxPart | undefined {
  return recogniseLoader(bytes) ?? recogniseOldModule(bytes) ?? recogniseModule(bytes)
}

/** pxelinux.0 starts with a far jump to its own load address, memdisk as a Linux kernel does. */
function recogniseLoader(bytes: Uint8Array): SyslinuxPart | undefined {
  const farJump = bytes[0] === 0xea
  const linuxHeader = text(bytes.subarray(0x202, 0x206)) === 'HdrS'
  if (!farJump && !linuxHeader) return undefined
  const name = farJump ? 'PXELINUX' : 'MEMDISK'
  const [banner, version] =
    new RegExp(`${name} (\\d+\\.\\d+\\S*)[ -~]*`).exec(text(bytes.subarray(0, 0x10000))) ?? []
  if (banner === undefined || version === undefined) return undefined
  return {
    name: linuxHeader ? 'memdisk' : banner.includes('lwIP') ? 'lpxelinux.0' : 'pxelinux.0',
    version,
    banner: banner.trim(),
    generation: Number.parseInt(version) >= 5 ? 'elf' : version.startsWith('4') ? 'com32r' : 'com32',
  }
}

/** COM32 and COM32R start with `mov eax, magic`, which as 16-bit code is a harmless DOS exit. */
function recogniseOldModule(bytes: Uint8Array): SyslinuxPart | undefined {
  const generation = { b8fe4ccd21: 'com32r', b8ff4ccd21: 'com32' }[
    Buffer.from(bytes.subarray(0, 5)).toString('hex')
  ] as SyslinuxPart['generation'] | undefined
  if (generation === undefined) return undefined
  return { name: isMboot(bytes) ? 'mboot.c32' : 'module', generation, ...zlibOf(bytes) }
}

/** Since version 5 a module is an ELF32 shared object which names itself, or needs one that does. */
function recogniseModule(bytes: Uint8Array): SyslinuxPart | undefined {
  if (!isElf(bytes)) return undefined
  const elf = readElf(bytes)
  if (elf.type !== 'shared-object' || elf.machine !== 'i386') return undefined
  const { soname, needed } = dynamicNames(bytes, elf)
  const name =
    soname === 'ldlinux.c32' || soname === 'libcom32.c32'
      ? soname
      : needed.includes('libcom32.c32') && isMboot(bytes)
        ? 'mboot.c32'
        : [soname, ...needed].some((other) => other?.endsWith('.c32') === true)
          ? 'module'
          : undefined
  if (name === undefined) return undefined
  return { name, generation: 'elf', ...compilerOf(bytes, elf), ...zlibOf(bytes) }
}

function isMboot(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('mboot.c32: boot failed')
}

function compilerOf(bytes: Uint8Array, elf: ElfFile): { compiler?: string } {
  try {
    const comment = elfSection(bytes, elf, '.comment')
    const compiler = comment === undefined ? '' : text(comment).split('\0')[0]
    return compiler ? { compiler } : {}
  } catch (error) {
    // A stripped or cut module is still that module; it only tells less about itself.
    if (error instanceof DecodeError) return {}
    throw error
  }
}

function zlibOf(bytes: Uint8Array): { zlib?: string } {
  const zlib = / inflate (\d[\d.]*) Copyright/.exec(text(bytes))?.[1]
  return zlib === undefined ? {} : { zlib }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

const generations = { elf: 'version 5 or 6', com32r: 'version 4', com32: 'version 3 or older' } as const

/** The version as far as a file tells it, for people: `6.04`, or `version 5 or 6 (GCC: …, zlib 1.2.11)`. */
export function versionText({ version, generation, compiler, zlib }: SyslinuxPart): string {
  if (version !== undefined) return `version ${version}`
  const build = [compiler, zlib === undefined ? undefined : `zlib ${zlib}`].filter(
    (part) => part !== undefined,
  )
  return generations[generation] + (build.length === 0 ? '' : ` (${build.join(', ')})`)
}

/**
 * Whether two files can come from one build of Syslinux, as far as they tell. Files of different builds end in
 * `Undef symbol FAIL` or `Failed to load ldlinux.c32` on the target.
 */
export function fitsTogether(a: SyslinuxPart, b: SyslinuxPart): boolean {
  const same = (left: string | undefined, right: string | undefined) =>
    left === undefined || right === undefined || left === right
  return (
    a.generation === b.generation &&
    same(a.version, b.version) &&
    same(a.compiler, b.compiler) &&
    same(a.zlib, b.zlib)
  )
}
