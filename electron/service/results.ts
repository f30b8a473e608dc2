import type { ChainDescription } from '../chains/index.ts'
import type { LibraryEntry } from '../library/store.ts'
import type { NetworkInterface } from '../link/interfaces.ts'
import type { Screen } from '../machine/screen.ts'
import type { Command } from './commands.ts'
import type { FoundServers } from './look-for-servers.ts'
import type { Review } from './review.ts'

/** What this computer has for Bootwire. */
export interface Environment {
  /** For the virtual target. */
  readonly qemu:
    { readonly found: true; readonly version: string } | { readonly found: false; readonly remedy: string }
}

/** What a session keeps, to be copied. */
export interface KeptFile {
  /** Those of these files that are there, joined in the order of their age, are the whole. */
  readonly parts: readonly string[]
}

/** What each command answers when it succeeds. */
export interface Results extends Record<Command['name'], unknown> {
  interfaces: readonly NetworkInterface[]
  chains: readonly ChainDescription[]
  'look-for-servers': FoundServers
  review: Review
  start: null
  stop: null
  screenshot: null
  'reset-target': null
  /** Null when there is no virtual target. */
  screen: Screen | null
  environment: Environment
  imports: readonly LibraryEntry[]
  import: LibraryEntry
  'forget-import': null
  journal: KeptFile
  capture: KeptFile
}
