import type { Firmware, Milestone } from '../clients/events.ts'
import type { Ipv4Address, MacAddress } from '../protocols/addresses.ts'

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

/** What a chain makes of a user's choices: all that a session needs to know to boot a target by it. */
export interface BootPlan {
  readonly files: readonly ServedFile[]
  readonly milestones: readonly Milestone[]
  /** Whether this chain's loaders ask for such a name and go on without it. */
  expectsMiss(name: string): boolean
  /** What to tell this client; a string is the reason why it cannot boot by this chain. */
  answer(client: BootClient): BootAnswer | string
}

/** What a chain is given to plan with. The address is that of the link. */
export interface PlanContext {
  readonly address: Ipv4Address
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
