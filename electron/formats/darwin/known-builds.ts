import type { Boot132 } from './boot132.ts'

/** How a build was seen to behave, in one sentence with the way out. */
interface KnownBuild {
  readonly family: Boot132['family']
  readonly version: RegExp
  /** By which way; any when absent. */
  readonly through?: 'mboot'
  readonly text: string
}

const NO_MBOOT = 'Boot it by memdisk, or take an RC4 build of Chameleon, which behaves best.'

/**
 * Builds that do not do what they should, by the version in their banner. Each was run in QEMU; what is not listed
 * was seen to work, or not tried.
 */
const KNOWN_BUILDS: readonly KnownBuild[] = [
  {
    family: 'Chameleon',
    version: /^2\.0-RC5 r1227\b/,
    through: 'mboot',
    text: `Through mboot.c32 this build prints "Wrong Multiboot magic" and stops: its compiler broke it. ${NO_MBOOT}`,
  },
  {
    family: 'Chimera',
    version: /^1\.11\.1\b/,
    through: 'mboot',
    text: `Through mboot.c32 this build prints "Wrong Multiboot magic" and stops: its compiler broke it. ${NO_MBOOT}`,
  },
  {
    family: 'Chameleon',
    version: /^2\.0-RC5 r1083\b/,
    through: 'mboot',
    text: `Through mboot.c32 this build resets a machine that has no disk. ${NO_MBOOT}`,
  },
  {
    family: 'Chimera',
    version: /^2\.(1\.1|2\.1)\b/,
    through: 'mboot',
    text: `Through mboot.c32 this build stops at a black screen, or resets the machine, when there is no disk. ${NO_MBOOT}`,
  },
  {
    family: 'Chimera',
    version: /^4\.0/,
    text: 'This build was seen to read the kernel and never to start it. Take an RC4 build of Chameleon instead.',
  },
  {
    family: 'Chameleon',
    version: /^(2\.0-RC5pre7|5\.0\.1 r164)\b/,
    through: 'mboot',
    text: 'Through mboot.c32 on a machine without a disk this build stops at its prompt and finds no volume. Boot it by memdisk.',
  },
]

/** @param way by which it is to be started; every way when absent */
export function knownProblems({ family, version = '' }: Boot132, way?: 'mboot' | 'memdisk'): string[] {
  return KNOWN_BUILDS.filter(
    (build) =>
      build.family === family &&
      build.version.test(version) &&
      (way === undefined || build.through === undefined || build.through === way),
  ).map(({ text }) => text)
}
