import { systemVersionPlist, type DarwinVersion } from '../../formats/darwin/kernel-version.ts'
import type { VolumeEntry } from '../../formats/hfsplus/entries.ts'
import { bytesEntry } from './build.ts'
import type { ImageContent } from './content.ts'

/** A file for the volume, and what tells it from others. */
export interface VolumeFile {
  readonly content: ImageContent
  /** In bytes. */
  readonly size: number
  /** In lower-case hexadecimal. */
  readonly sha256: string
}

/** What a boot loader of the boot-132 family starts Darwin with. */
export interface BootVolumeParts {
  readonly kernel: VolumeFile
  readonly mkext?: VolumeFile
  /** The boot options' text, and everywhere that the boot loader looks for it. */
  readonly options: string
  readonly optionPaths: readonly string[]
  /** The kernel's, where it is known. */
  readonly darwin?: DarwinVersion
}

/**
 * The volume's files. The mkext is in `Extra` and has no folder `Extensions` beside it: boot loaders take it then
 * without looking at dates (Chameleon drivers.c).
 */
export function bootVolumeEntries({
  kernel,
  mkext,
  options,
  optionPaths,
  darwin,
}: BootVolumeParts): VolumeEntry<ImageContent>[] {
  const text = Buffer.from(options, 'latin1')
  return [
    { kind: 'file', path: 'mach_kernel', size: kernel.size, content: kernel.content },
    ...(mkext === undefined
      ? []
      : [
          { kind: 'file', path: 'Extra/Extensions.mkext', size: mkext.size, content: mkext.content } as const,
        ]),
    ...optionPaths.map((path) => bytesEntry(path, text)),
    ...(darwin === undefined
      ? []
      : [
          bytesEntry(
            'System/Library/CoreServices/SystemVersion.plist',
            Buffer.from(systemVersionPlist(darwin), 'utf8'),
          ),
        ]),
  ]
}
