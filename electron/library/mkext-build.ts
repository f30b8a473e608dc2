/** Makes one mkext out of bundles on disk, and tells what is wrong with it. */
import { kextProblems, type KextInfo, type KextProblem } from '../formats/darwin/kext.ts'
import type { DarwinVersion } from '../formats/darwin/kernel-version.ts'
import { writeFat } from '../formats/fat.ts'
import { PC_ARCHITECTURES, type PcArchitecture } from '../formats/macho-architectures.ts'
import { writeMkext, type MkextVersion } from '../formats/mkext/mkext.ts'
import { Turns } from './images/turns.ts'
import { composeKexts, type KextBundle, type SkippedKext } from './kexts.ts'

export interface MkextBuildOptions {
  readonly version: MkextVersion
  /** One or more; more make a universal file. */
  readonly architectures: readonly PcArchitecture[]
  readonly compress: boolean
  /** The kernel that is to load them, where it is known. */
  readonly kernel?: DarwinVersion
}

export interface BuiltMkext {
  readonly bytes: Buffer
  readonly parts: readonly { readonly architecture: PcArchitecture; readonly kexts: readonly KextInfo[] }[]
  readonly problems: readonly KextProblem[]
  readonly skipped: readonly SkippedKext[]
}

export async function buildMkext(
  bundles: readonly KextBundle[],
  { version, architectures, compress, kernel }: MkextBuildOptions,
): Promise<BuiltMkext> {
  const parts: { architecture: PcArchitecture; kexts: readonly KextInfo[]; bytes: Buffer }[] = []
  const problems = new Map<string, KextProblem>()
  const skipped: SkippedKext[] = []
  const turns = new Turns()
  for (const architecture of architectures) {
    const composed = await composeKexts(bundles, architecture)
    const options = { version, architecture, compress, pause: () => turns.passWhenOver() }
    const bytes = await writeMkext(composed.entries, options)
    parts.push({ architecture, kexts: composed.infos, bytes })
    skipped.push(...composed.skipped)
    // Two architectures lack the same library as a rule: it is told once.
    for (const problem of kextProblems(composed.infos, kernel)) problems.set(problem.text, problem)
  }
  const [only] = parts
  return {
    bytes:
      parts.length === 1
        ? only!.bytes
        : writeFat(parts.map(({ architecture, bytes }) => ({ ...PC_ARCHITECTURES[architecture], bytes }))),
    parts: parts.map(({ architecture, kexts }) => ({ architecture, kexts })),
    problems: [...problems.values()],
    skipped,
  }
}

/** The newest version that every kernel of this Darwin reads. */
export function mkextVersionFor({ major }: DarwinVersion): MkextVersion {
  return major < 10 ? 1 : 2
}
