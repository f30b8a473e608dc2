import { PlanError, type MissingFile } from '../../chains/chain.ts'
import type { Boot132 } from '../../formats/darwin/boot132.ts'
import type { VolumeFile } from '../../library/images/boot-volume.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { buildMkext } from '../../library/mkext-build.ts'
import type { ChainChoice } from '../commands.ts'
import { SAMPLE_BOOT, SAMPLE_DARWIN_KERNEL } from '../resources.ts'
import { bytesFile, mkextOf, sortDarwinImports, type DarwinMedia } from './darwin-media.ts'
import { boot132Of } from './darwin-parts.ts'

/** All that this chain serves, found or made. */
export interface Boot132Media extends Omit<DarwinMedia, 'boot'> {
  readonly boot: Import
  readonly family: Boot132
  readonly extensions?: VolumeFile
  /** The user's own boot1pxe. */
  readonly original?: Import
  /** The user gave nothing: programs of ours stand in. */
  readonly isSample: boolean
  /** What is known or found to be wrong, each as a sentence. */
  readonly problems: readonly string[]
}

/** A network boot program cannot be larger (PXE 2.1, section 4.4.5, has it below 640 KB; real ones take 32). */
const LARGEST_PROGRAM = 64 * 1024

/** Rejects with a `PlanError` that names what is missing, or an `ImportError`. */
export async function collectBoot132(choice: ChainChoice): Promise<Boot132Media> {
  const sorted = await sortDarwinImports(choice.imports)
  const kernel = choice.kernel === undefined ? sorted.kernel : await describeImport(choice.kernel)
  const media = { ...sorted, ...(kernel === undefined ? {} : { kernel }) }
  const original = choice.profile === 'original' ? findOriginal(media) : undefined
  const isSample = choice.imports.length === 0 && kernel === undefined && choice.profile !== 'original'
  if (isSample) return sample(media)

  const { boot } = media
  const missing = missingOf(media, choice, original)
  if (missing.length > 0 || boot === undefined) throw new PlanError(missing)
  const mkext = await mkextOf(media)
  return {
    ...media,
    boot,
    family: boot132Of(boot),
    isSample,
    ...(mkext.file === undefined ? {} : { extensions: mkext.file }),
    ...(original === undefined ? {} : { original }),
    problems: [...(boot.recognition.warnings ?? []), ...mkext.problems],
  }
}

async function sample(media: DarwinMedia): Promise<Boot132Media> {
  const [boot, kernel] = await Promise.all([
    describeImport(SAMPLE_BOOT),
    describeImport(SAMPLE_DARWIN_KERNEL),
  ])
  const empty = await buildMkext([], { version: 2, architectures: ['x86_64'], compress: false })
  return {
    ...media,
    boot,
    kernel,
    family: boot132Of(boot),
    extensions: bytesFile(empty.bytes),
    isSample: true,
    problems: [
      'No boot loader and no kernel were given: stand-ins of Bootwire try the way, and start no system.',
    ],
  }
}

function findOriginal({ others }: DarwinMedia): Import | undefined {
  return (
    others.find(({ name }) => /boot1pxe/i.test(name)) ??
    others.find(({ size, recognition }) => recognition.kind === 'unknown' && size <= LARGEST_PROGRAM)
  )
}

function missingOf(
  { boot, kernel, image }: DarwinMedia,
  { profile }: ChainChoice,
  original: Import | undefined,
): MissingFile[] {
  const byName = profile === 'network' || profile === 'original'
  return [
    ...(boot === undefined
      ? [
          {
            what: 'boot',
            remedy:
              'Give the second stage of boot-132 or one of its descendants, such as Chameleon: a file named boot.',
          },
        ]
      : []),
    ...(kernel === undefined && (byName || image === undefined)
      ? [
          {
            what: 'The kernel',
            remedy:
              'Give a Darwin kernel, which is named mach_kernel or kernel, or a whole disk image with one on it.',
          },
        ]
      : []),
    ...(profile === 'original' && original === undefined
      ? [{ what: 'Your boot1pxe', remedy: 'Give its file, or choose the profile auto for that of Bootwire.' }]
      : []),
  ]
}
