/** The disk that a boot loader of the boot-132 family starts Darwin from. */
import { readFile } from 'node:fs/promises'
import { bootPlist, type BootOptions } from '../formats/darwin/boot-plist.ts'
import { systemVersionPlist, type DarwinVersion } from '../formats/darwin/kernel-version.ts'
import type { VolumeEntry } from '../formats/hfsplus/entries.ts'
import { makeArtefact, type Artefact } from './artefacts.ts'
import type { Import } from './import.ts'
import { buildImage, bytesEntry } from './images/build.ts'
import type { ImageContent } from './images/content.ts'

export interface DarwinVolume {
  readonly boot: Import
  readonly boot0: Import
  readonly boot1h: Import
  readonly kernel: Import
  /** For `SystemVersion.plist`. */
  readonly version: DarwinVersion
  /** Absent: no kernel extensions at all. */
  readonly mkext?: { readonly bytes: Uint8Array; readonly sha256: string }
  readonly options: BootOptions
}

/** The kernel's path on the volume, as the boot options name it. */
export const KERNEL_PATH = 'mach_kernel'

/** Every place that some boot loader of the family reads its options from. */
const OPTION_FILES = [
  'Extra/com.apple.Boot.plist',
  'Extra/org.chameleon.Boot.plist',
  'Library/Preferences/SystemConfiguration/com.apple.Boot.plist',
]
/** Without a folder Extensions beside it, which would be preferred. */
const MKEXT = 'Extra/Extensions.mkext'
const SYSTEM_VERSION = 'System/Library/CoreServices/SystemVersion.plist'
/** Chameleon reads ahead, and stops with "EBIOS read error" where the disk ends. */
const FREE_SPACE = 2 * 1024 * 1024

/**
 * The image from `folder`, or made into it. `onProgress` is told bytes done and of the whole, and nothing when the
 * image is there already.
 */
export async function makeDarwinImage(
  folder: string,
  volume: DarwinVolume,
  onProgress: (done: number, total: number) => void,
): Promise<Artefact> {
  const { boot, boot0, boot1h, kernel, mkext, version, options } = volume
  const texts = { options: bootPlist(options), version: systemVersionPlist(version) }
  return makeArtefact(folder, {
    name: 'darwin.img',
    ingredients: [
      'mbr, boot132, 1',
      ...[boot, boot0, boot1h, kernel].map(({ sha256 }) => sha256),
      mkext?.sha256 ?? '',
      ...Object.values(texts),
    ],
    async make(output) {
      const entries = [
        fileEntry('boot', boot),
        fileEntry(KERNEL_PATH, kernel),
        ...(mkext === undefined ? [] : [bytesEntry(MKEXT, mkext.bytes)]),
        ...OPTION_FILES.map((path) => bytesEntry(path, Buffer.from(texts.options))),
        bytesEntry(SYSTEM_VERSION, Buffer.from(texts.version)),
      ]
      const content = entries.reduce((total, entry) => total + (entry.kind === 'file' ? entry.size : 0), 0)
      await buildImage(
        {
          output,
          entries,
          volume: {
            name: 'Darwin',
            // Chameleon passes any other on as boot-uuid, which the kernel takes for its root before rd=.
            identifier: 0n,
            bootBlocks: await readFile(boot1h.path),
            size: content + FREE_SPACE,
          },
          disk: { scheme: 'mbr', bootCode: await readFile(boot0.path) },
        },
        { onProgress },
      )
    },
  })
}

function fileEntry(path: string, { path: place, size }: Import): VolumeEntry<ImageContent> {
  return { kind: 'file', path, size, content: { kind: 'path', path: place, size } }
}
