/** Kernel extensions: what their property lists say, and whether all that they need is there. */
import { isDictionary, textOf, type PlistDictionary } from '../plist/plist.ts'
import { darwinVersionText, type DarwinVersion } from './kernel-version.ts'
import { compareKextVersions } from './kext-version.ts'

/** A kernel extension as its `Info.plist` describes it. */
export interface KextInfo {
  readonly identifier: string
  /** `CFBundleVersion`, as it is written. */
  readonly version: string
  /** `OSBundleCompatibleVersion`: extensions that were linked against versions from this one on can use it. */
  readonly compatibleVersion?: string
  /** The name of its Mach-O file; extensions without code have none. */
  readonly executable?: string
  /** What it is linked against: identifier to version. */
  readonly libraries: Readonly<Record<string, string>>
}

/** Undefined when the list describes no bundle with an identifier. Some keys have a form for one architecture. */
export function kextInfo(info: PlistDictionary, architecture?: string): KextInfo | undefined {
  const forArchitecture = (key: string) =>
    architecture !== undefined && Object.hasOwn(info, `${key}_${architecture}`)
      ? `${key}_${architecture}`
      : key
  const identifier = textOf(info, 'CFBundleIdentifier')
  if (identifier === undefined) return undefined
  const compatibleVersion = textOf(info, 'OSBundleCompatibleVersion')
  const executable = textOf(info, forArchitecture('CFBundleExecutable'))
  const libraries = info[forArchitecture('OSBundleLibraries')]
  return {
    identifier,
    version: textOf(info, 'CFBundleVersion') ?? '0',
    ...(compatibleVersion === undefined ? {} : { compatibleVersion }),
    ...(executable === undefined || executable === '' ? {} : { executable }),
    libraries: isDictionary(libraries)
      ? Object.fromEntries(
          Object.entries(libraries).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          ),
        )
      : {},
  }
}

/**
 * The kernel is the library itself of these: its programming interfaces (`com.apple.kpi.…`), their older form
 * (`com.apple.kernel.…`), and the extensions compiled into it (xnu config/System.kext, kBuiltinKexts).
 */
const IN_THE_KERNEL = [
  /^com\.apple\.kpi\.\w+$/,
  /^com\.apple\.kernel(\.[\w.]+)?$/,
  /^com\.apple\.iokit\.(IONVRAMFamily|IOSystemManagementFamily|ApplePlatformFamily)$/,
  /^com\.apple\.driver\.AppleNMI$/,
]
/** These carry the version of Darwin, so that a kernel can be too old for them. */
const VERSIONED_LIKE_DARWIN = /^com\.apple\.kpi\.\w+$/

export function isInTheKernel(identifier: string): boolean {
  return IN_THE_KERNEL.some((known) => known.test(identifier))
}

export interface KextProblem {
  readonly library: string
  readonly problem: 'missing' | 'incompatible' | 'no-library' | 'kernel-too-old'
  /** Which extensions cannot be linked without it, and the version that they want of it. */
  readonly wantedBy: readonly { readonly kext: string; readonly version: string }[]
  readonly text: string
}

/**
 * What is missing for the kernel to link these extensions, library by library. Those without code are linked
 * against nothing, whatever they name.
 */
export function kextProblems(kexts: readonly KextInfo[], kernel?: DarwinVersion): KextProblem[] {
  const present = new Map(kexts.map((kext) => [kext.identifier, kext]))
  const problems = new Map<
    string,
    Omit<KextProblem, 'wantedBy' | 'text'> & Complaint & { wantedBy: Wanted[] }
  >()
  for (const { identifier, executable, libraries } of kexts)
    for (const [library, version] of executable === undefined ? [] : Object.entries(libraries)) {
      const found = complaint(library, version, present.get(library), kernel)
      if (found === undefined) continue
      const key = `${library} ${found.problem}`
      const known = problems.get(key) ?? { library, ...found, wantedBy: [] }
      known.wantedBy.push({ kext: identifier, version })
      problems.set(key, known)
    }
  return [...problems.values()].map(({ library, problem, why, wantedBy }) => ({
    library,
    problem,
    wantedBy,
    text: `${library} ${why}. ${whoNeeds(wantedBy)}`,
  }))
}

type Wanted = KextProblem['wantedBy'][number]

/** The rest of the sentence that starts with the library's name. */
interface Complaint {
  readonly problem: KextProblem['problem']
  readonly why: string
}

function complaint(
  library: string,
  wanted: string,
  found: KextInfo | undefined,
  kernel: DarwinVersion | undefined,
): Complaint | undefined {
  if (isInTheKernel(library)) {
    if (kernel === undefined || !VERSIONED_LIKE_DARWIN.test(library)) return undefined
    const version = darwinVersionText(kernel)
    return compareKextVersions(wanted, version) > 0
      ? { problem: 'kernel-too-old', why: `is part of the kernel, which is Darwin ${version}` }
      : undefined
  }
  if (found === undefined) return { problem: 'missing', why: 'is not among these extensions' }
  const { version, compatibleVersion } = found
  if (compatibleVersion === undefined)
    return { problem: 'no-library', why: 'says of itself that nothing can be linked against it' }
  const fits =
    compareKextVersions(compatibleVersion, wanted) <= 0 && compareKextVersions(wanted, version) <= 0
  return fits
    ? undefined
    : { problem: 'incompatible', why: `is there as ${version}, compatible from ${compatibleVersion} on` }
}

function whoNeeds([first, ...others]: readonly Wanted[]): string {
  if (first === undefined) return ''
  const who = `${first.kext} (which wants version ${first.version})`
  if (others.length === 0) return `${who} cannot be linked without it.`
  const rest = others.length === 1 ? others[0]!.kext : `${others.length} others`
  return `${who} and ${rest} cannot be linked without it.`
}
