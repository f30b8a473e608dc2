/** What a bootable volume of Darwin takes beside the user's files, and what is said when one of those is missing. */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PlanError, type Hint, type MissingFile } from '../../chains/chain.ts'
import type { Boot132 } from '../../formats/darwin/boot132.ts'
import { parseDarwinVersion, type DarwinVersion } from '../../formats/darwin/kernel-version.ts'
import { isPcArchitecture } from '../../formats/macho-architectures.ts'
import { isDictionary, readPlist, type PlistDictionary } from '../../formats/plist/plist.ts'
import { describeImport, type Import } from '../../library/import.ts'
import type { ChainChoice } from '../commands.ts'
import { ServiceFailure } from '../failure.ts'
import { BOOT0, BOOT1H, SAMPLE_BOOT, SAMPLE_DARWIN_KERNEL } from '../resources.ts'
import { sortDarwinImports, type DarwinMedia } from './darwin-media.ts'

export interface ChosenMedia extends DarwinMedia {
  /** Where parts of Syslinux are among the imports. */
  readonly loaderFolders: readonly string[]
}

/** Rejects with a `ServiceFailure` for a file that has no place in a boot of Darwin. */
export async function chooseDarwinMedia(choice: ChainChoice): Promise<ChosenMedia> {
  const sorted = await sortDarwinImports(choice.imports)
  const kernel = choice.kernel === undefined ? sorted.kernel : await describeImport(choice.kernel)
  const loaders = sorted.others.filter(({ recognition }) => recognition.kind === 'syslinux-part')
  const stray = sorted.others.find((one) => !loaders.includes(one))
  if (stray !== undefined)
    throw new ServiceFailure(
      'bad-choice',
      `${stray.name} has no place in a boot of Darwin, or is there twice. ${stray.recognition.description}`,
      [
        'Leave it out. What is taken: boot, boot0, boot1h, a kernel, an mkext or folders or an Apple disk image of kexts, boot options, a disk image to boot.',
      ],
    )
  return {
    ...sorted,
    ...(kernel === undefined ? {} : { kernel }),
    loaderFolders: loaders.map(({ path }) => dirname(path)),
  }
}

const NEEDS: Record<'boot' | 'kernel', MissingFile> = {
  boot: {
    what: 'The boot loader "boot"',
    remedy:
      'It is the file boot, without an extension, of a Chameleon build; those of version 2.0-RC4 behave best. Add it to the files.',
  },
  kernel: {
    what: 'A kernel of Darwin',
    remedy:
      'It is the file mach_kernel in the root of a Darwin or PureDarwin system, versions 8 to 14. The command `bootwire image extract` takes it out of a disk image. Add it to the files.',
  },
}

/** The user's boot loader, or the stand-in where nothing was given. Rejects with a `PlanError` when it is missing. */
export async function bootOf({ boot, kernel, image }: DarwinMedia): Promise<Import> {
  if (boot !== undefined) return boot
  if (kernel !== undefined || image !== undefined) throw new PlanError([NEEDS.boot])
  return describeImport(SAMPLE_BOOT)
}

/** Which member of the family it is; Apple's own when it does not say. */
export function boot132Of({ recognition }: Import): Boot132 {
  const found = recognition.kind === 'multiboot-kernel' ? recognition.boot132 : undefined
  return found ?? { family: 'boot-132', banner: '' }
}

/** What makes a bootable volume, all of it there. */
export interface DarwinParts {
  readonly boot: Import
  readonly boot0: Import
  readonly boot1h: Import
  readonly kernel: Import
  readonly version: DarwinVersion
  readonly hints: readonly Hint[]
}

/**
 * Fills in what Bootwire has itself: boot0 and boot1h, and stand-ins for all of it when nothing was given, to try
 * the chain with. Rejects with a `PlanError` that names what only the user can give.
 * @param version what the user says that it is, when not what the kernel tells
 */
export async function completeDarwin(media: DarwinMedia, version?: string): Promise<DarwinParts> {
  const nothing = media.boot === undefined && media.kernel === undefined
  if (!nothing) {
    const missing = (['boot', 'kernel'] as const).filter((name) => media[name] === undefined)
    if (missing.length > 0) throw new PlanError(missing.map((name) => NEEDS[name]))
  }
  const [boot, kernel, boot0, boot1h] = await Promise.all([
    media.boot ?? describeImport(SAMPLE_BOOT),
    media.kernel ?? describeImport(SAMPLE_DARWIN_KERNEL),
    media.stages.boot0 ?? describeImport(BOOT0),
    media.stages.boot1h ?? describeImport(BOOT1H),
  ])
  const found = requireKernel(kernel)
  const hints = nothing
    ? [
        {
          text: 'No boot loader and no kernel were given: stand-ins of Bootwire try the way, and start no system.',
        },
      ]
    : []
  return { boot, kernel, boot0, boot1h, version: chosenVersion(version) ?? found, hints }
}

function requireKernel({ name, recognition }: Import): DarwinVersion {
  if (recognition.kind !== 'darwin-kernel')
    throw new ServiceFailure('bad-choice', `${name} is no kernel of Darwin. ${recognition.description}`, [
      'Give mach_kernel of a Darwin system.',
    ])
  if (!recognition.architectures.some(isPcArchitecture))
    throw new ServiceFailure(
      'bad-choice',
      `${name} is a kernel for ${recognition.architectures.join(' and ')}.`,
      ['PCs take one for i386 or x86_64.'],
    )
  return recognition.version
}

function chosenVersion(text: string | undefined): DarwinVersion | undefined {
  if (text === undefined) return undefined
  const version = parseDarwinVersion(text)
  if (version === undefined)
    throw new ServiceFailure('bad-choice', `"${text}" is no version of Darwin.`, ['Write it as 12.5.0.'])
  return version
}

/** The user's own boot options, to start from; empty when there are none. */
export async function readBootOptions({ options }: DarwinMedia): Promise<PlistDictionary> {
  const list = options === undefined ? {} : readPlist(await readFile(options.path))
  return isDictionary(list) ? list : {}
}
