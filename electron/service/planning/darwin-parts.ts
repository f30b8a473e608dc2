import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { PlanError, type Hint, type MissingFile } from '../../chains/chain.ts'
import { parseDarwinVersion, type DarwinVersion } from '../../formats/darwin/kernel-version.ts'
import { isPcArchitecture, type PcArchitecture } from '../../formats/macho-architectures.ts'
import { isDictionary, readPlist, type PlistDictionary } from '../../formats/plist/plist.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { findKexts } from '../../library/kexts.ts'
import { buildMkext, mkextVersionFor } from '../../library/mkext-build.ts'
import { ServiceFailure } from '../failure.ts'
import { BOOT0, BOOT1H, STAND_IN_BOOT, STAND_IN_KERNEL } from '../resources.ts'
import type { DarwinImports } from './darwin-imports.ts'

const NEEDS: Record<'boot' | 'kernel', MissingFile> = {
  boot: {
    what: 'The boot loader "boot"',
    remedy:
      'It is the file boot, without an extension, of a Chameleon build; those of version 2.0-RC4 behave best. Add it to the files.',
  },
  kernel: {
    what: 'A kernel of Darwin',
    remedy:
      'It is the file mach_kernel in the root of a Darwin or PureDarwin system, versions 8 to 14. Add it to the files.',
  },
}

/** What makes a bootable volume, all of it there. */
export interface DarwinParts {
  readonly boot: Import
  readonly boot0: Import
  readonly boot1h: Import
  readonly kernel: Import
  readonly version: DarwinVersion
  readonly architectures: readonly PcArchitecture[]
  readonly hints: readonly Hint[]
}

/** The user's boot loader, or the stand-in where nothing was given. Rejects with a `PlanError` when it is missing. */
export async function bootOf({ boot, kernel, image }: DarwinImports): Promise<Import> {
  if (boot !== undefined) return boot
  if (kernel !== undefined || image !== undefined) throw new PlanError([NEEDS.boot])
  return describeImport(STAND_IN_BOOT)
}

/**
 * Fills in what Bootwire has itself: boot0 and boot1h, and stand-ins for all of it when nothing was given, to try
 * the chain with. Rejects with a `PlanError` that names what only the user can give.
 */
export async function completeDarwin(imports: DarwinImports, version?: string): Promise<DarwinParts> {
  const nothing = imports.boot === undefined && imports.kernel === undefined
  if (!nothing) {
    const missing = (['boot', 'kernel'] as const).filter((name) => imports[name] === undefined)
    if (missing.length > 0) throw new PlanError(missing.map((name) => NEEDS[name]))
  }
  const [boot, kernel, boot0, boot1h] = await Promise.all([
    imports.boot ?? describeImport(STAND_IN_BOOT),
    imports.kernel ?? describeImport(STAND_IN_KERNEL),
    imports.boot0 ?? describeImport(BOOT0),
    imports.boot1h ?? describeImport(BOOT1H),
  ])
  const { version: found, architectures } = requireKernel(kernel)
  const hints = nothing
    ? [
        {
          text: 'No boot loader and no kernel were given: stand-ins of Bootwire try the way, and start no system.',
        },
      ]
    : []
  return { boot, kernel, boot0, boot1h, version: chosenVersion(version) ?? found, architectures, hints }
}

function requireKernel({ name, recognition }: Import) {
  if (recognition.kind !== 'darwin-kernel')
    throw new ServiceFailure('bad-choice', `${name} is no kernel of Darwin. ${recognition.description}`, [
      'Give mach_kernel of a Darwin system.',
    ])
  const architectures = recognition.architectures.filter(isPcArchitecture)
  if (architectures.length === 0)
    throw new ServiceFailure(
      'bad-choice',
      `${name} is a kernel for ${recognition.architectures.join(' and ')}.`,
      ['PCs take one for i386 or x86_64.'],
    )
  return { version: recognition.version, architectures }
}

function chosenVersion(text: string | undefined): DarwinVersion | undefined {
  if (text === undefined) return undefined
  const version = parseDarwinVersion(text)
  if (version === undefined)
    throw new ServiceFailure('bad-choice', `"${text}" is no version of Darwin.`, ['Write it as 12.5.0.'])
  return version
}

export interface DarwinMkext {
  readonly bytes: Uint8Array
  readonly sha256: string
}

/** The user's mkext, or one made of the folders of extensions; with what is wrong with it as hints. */
export async function mkextFor(
  { mkext, kextFolders }: DarwinImports,
  { version, architectures }: DarwinParts,
): Promise<{ readonly mkext?: DarwinMkext; readonly hints: readonly Hint[] }> {
  if (kextFolders.length === 0) {
    if (mkext !== undefined)
      return { mkext: { bytes: await readFile(mkext.path), sha256: mkext.sha256 }, hints: [] }
    return {
      hints: [
        {
          text: 'No kernel extensions were given: a kernel without them finds neither network card nor disk. Add an mkext, or folders of kexts.',
        },
      ],
    }
  }
  const { bundles, skipped } = await findKexts(kextFolders)
  const built = await buildMkext(bundles, {
    version: mkextVersionFor(version),
    architectures,
    compress: true,
    kernel: version,
  })
  const told = [...skipped, ...built.skipped, ...built.problems].map(({ text }) => ({ text }))
  const sha256 = createHash('sha256').update(built.bytes).digest('hex')
  return { mkext: { bytes: built.bytes, sha256 }, hints: told }
}

/** The user's own boot options, to start from; empty when there are none. */
export async function readBootOptions({ options }: DarwinImports): Promise<PlistDictionary> {
  const list = options === undefined ? {} : readPlist(await readFile(options.path))
  return isDictionary(list) ? list : {}
}
