/** Darwin's files, told by their bytes. */
import { DecodeError } from '../../protocols/bytes.ts'
import { isFat, readFat } from '../fat.ts'
import { isMachO, readMachO, type MachO } from '../macho.ts'
import { architectureName } from '../macho-architectures.ts'
import { isMkext } from '../mkext/mkext.ts'
import { isDictionary, isPlist, readPlist, textOf, type PlistValue } from '../plist/plist.ts'
import { darwinVersionText, kernelVersion, type DarwinVersion } from './kernel-version.ts'
import { kextInfo } from './kext.ts'

/** Enough for the version that lies among a kernel's data, in bytes: more than any universal kernel has. */
export const KERNEL_BYTES = 64 * 1024 * 1024

/** One architecture of an mkext. */
export interface MkextPart {
  readonly version: 1 | 2 | undefined
  readonly architecture: string
  /** How many extensions it holds. */
  readonly count: number
}

export type DarwinRecognition = { readonly description: string } & (
  | {
      readonly kind: 'darwin-kernel'
      readonly architectures: readonly string[]
      readonly version: DarwinVersion
    }
  | { readonly kind: 'mach-o'; readonly architectures: readonly string[]; readonly type: MachO['type'] }
  | { readonly kind: 'mkext'; readonly parts: readonly MkextPart[] }
  | { readonly kind: 'plist'; readonly role: 'boot-options' | 'kext' | 'system-version' | 'other' }
)

/** Whether more than a file's first bytes are needed to tell all of it: a Mach-O file may be a kernel. */
export function mayBeKernel(head: Uint8Array): boolean {
  return isFat(head) || isMachO(head)
}

/** @throws {DecodeError} when it starts as one of these does and is damaged */
export function recogniseDarwin(head: Uint8Array): DarwinRecognition | undefined {
  if (isMkext(head)) return describeMkext([head])
  if (isFat(head)) {
    const slices = readFat(head)
    const parts = slices.map(({ offset, size }) => head.subarray(offset, offset + size))
    if (parts.length > 0 && parts.every(isMkext)) return describeMkext(parts)
    if (parts[0] === undefined || !isMachO(parts[0])) return undefined
    return describeMachO(
      head,
      slices.map(({ architecture }) => architecture),
      readMachO(parts[0]).type,
    )
  }
  if (isMachO(head)) {
    const { architecture, type } = readMachO(head)
    return describeMachO(head, [architecture], type)
  }
  if (isPlist(head)) return describePlist(readPlist(head))
  return undefined
}

function describeMachO(
  head: Uint8Array,
  architectures: readonly string[],
  type: MachO['type'],
): DarwinRecognition {
  const processors = architectures.join(' and ')
  const kernel = type === 'executable' ? kernelVersion(head) : undefined
  if (kernel !== undefined) {
    const { version } = kernel
    const description = `A Darwin kernel, version ${darwinVersionText(version)}, for ${processors}.`
    return { kind: 'darwin-kernel', architectures, version, description }
  }
  const name = type === 'other' ? 'Mach-O file' : `Mach-O ${type}`
  return { kind: 'mach-o', architectures, type, description: `A ${name} for ${processors}.` }
}

function describeMkext(parts: readonly Uint8Array[]): DarwinRecognition {
  const told = parts.map((part): MkextPart => {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.length)
    if (bytes.length < 32) throw new DecodeError('truncated', 'mkext', bytes.length)
    const version = bytes.readUInt32BE(16)
    return {
      version: version === 0x01008000 ? 1 : version === 0x02002001 ? 2 : undefined,
      architecture: architectureName(bytes.readUInt32BE(24), bytes.readUInt32BE(28)),
      count: bytes.readUInt32BE(20),
    }
  })
  const text = told.map(
    ({ version, architecture, count }) =>
      `${count} ${count === 1 ? 'extension' : 'extensions'} for ${architecture} (version ${version ?? 'unknown'})`,
  )
  return { kind: 'mkext', parts: told, description: `An mkext with ${text.join(' and ')}.` }
}

const BOOT_OPTIONS = ['Kernel', 'Kernel Flags', 'Kernel Cache', 'MKext Cache', 'Timeout', 'GUI']

function describePlist(list: PlistValue): DarwinRecognition {
  if (isDictionary(list)) {
    const kext = textOf(list, 'CFBundlePackageType') === 'KEXT' ? kextInfo(list) : undefined
    if (kext !== undefined)
      return {
        kind: 'plist',
        role: 'kext',
        description: `The property list of the kernel extension ${kext.identifier} ${kext.version}.`,
      }
    const product = textOf(list, 'ProductVersion')
    if (product !== undefined && Object.hasOwn(list, 'ProductName'))
      return { kind: 'plist', role: 'system-version', description: `A SystemVersion.plist, for ${product}.` }
    if (BOOT_OPTIONS.some((key) => Object.hasOwn(list, key))) {
      const flags = textOf(list, 'Kernel Flags')
      const told =
        flags === undefined || flags === '' ? '' : `, with the kernel flags "${flags.slice(0, 120)}"`
      return { kind: 'plist', role: 'boot-options', description: `Boot options for boot-132${told}.` }
    }
  }
  return { kind: 'plist', role: 'other', description: 'A property list.' }
}
