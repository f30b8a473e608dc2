import type { Firmware, Milestone } from '../clients/events.ts'
import type { MacAddress } from '../protocols/addresses.ts'

/** The bytes of a served file: in memory, or a file on this computer that is read while it is served. */
export type Content =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly size: number
      /** In lower-case hexadecimal, where it is known from the file's import. */
      readonly sha256?: string
    }

/** One name that targets can ask for. */
export interface ServedFile {
  /** With `/` between folders, and none at the start. */
  readonly name: string
  readonly content: Content
  /** Where it comes from, for people: `syslinux-common on this computer`, `your import`, `made by Bootwire`. */
  readonly origin: string
}

/** What a DHCP or BOOTP answer tells a client to do next. */
export interface BootAnswer {
  /** The `file` field, at most 127 bytes. */
  readonly file: string
  /** Option 17 (RFC 2132 section 3.19), sent even when it was not asked for. */
  readonly rootPath?: string
  /** Option 209 (RFC 5071 section 5.2), sent even when it was not asked for: what a boot loader reads first. */
  readonly configurationFile?: string
}

/** The client as its request describes it. */
export interface BootClient {
  readonly mac: MacAddress
  readonly firmware: Firmware
  /** BOOTP clients send no option 53 and know no DHCP. */
  readonly protocol: 'dhcp' | 'bootp'
  /** Option 77, such as `iPXE`. */
  readonly userClass?: string
}

/** A folder that targets mount by NFS while they boot. */
export interface ChainExport {
  /** The name that clients mount it by, starting with `/`. */
  readonly path: string
  /** A folder of this computer, or files by name that are in no folder together. */
  readonly source:
    | { readonly kind: 'folder'; readonly folder: string }
    | { readonly kind: 'tree'; readonly files: readonly ServedFile[] }
  /** Each client may write, to what is its own alone. */
  readonly writable: boolean
  /** What clients wrote is there again in the next session. */
  readonly keep: boolean
  /** Tells of kernels in a folder that were built again meanwhile. */
  readonly watched?: boolean
}

/** Something that a person does at the target, or should know before starting. */
export interface Hint {
  readonly text: string
  /** What to type, letter by letter, or to copy. */
  readonly type?: string
}

/** What a chain makes of a user's choices: all that a session needs to know to boot a target by it. */
export interface BootPlan {
  readonly files: readonly ServedFile[]
  /** Absent when this chain needs no NFS. */
  readonly exports?: readonly ChainExport[]
  /** Absent when there is nothing to say: which way was taken and why, keys to press, the memory it takes. */
  readonly hints?: readonly Hint[]
  /** What is typed on a virtual target: the next line each time that it waits at this prompt. */
  readonly typing?: { readonly prompt: string; readonly lines: readonly string[] }
  readonly milestones: readonly Milestone[]
  /** Whether this chain's loaders ask for such a name and go on without it. */
  expectsMiss(name: string): boolean
  /** What to tell this client; a string is the reason why it cannot boot by this chain. */
  answer(client: BootClient): BootAnswer | string
}

/** A need that is not met, with where the file usually comes from. */
export interface MissingFile {
  readonly what: string
  readonly remedy: string
}

export class PlanError extends Error {
  override readonly name = 'PlanError'
  readonly missing: readonly MissingFile[]

  constructor(missing: readonly MissingFile[]) {
    super(missing.map(({ what, remedy }) => `${what} is missing. ${remedy}`).join('\n'))
    this.missing = missing
  }
}

/** A choice that a chain cannot carry out: what and why, and the way out as a sentence. */
export class ChoiceError extends Error {
  override readonly name = 'ChoiceError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
