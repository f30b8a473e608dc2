import type { ChainDescription } from '../chains/index.ts'
import type { NetworkInterface } from '../link/interfaces.ts'
import type { Command } from './commands.ts'
import type { Review } from './review.ts'

/** What this computer has for Bootwire. */
export interface Environment {
  /** For the virtual target. */
  readonly qemu:
    { readonly found: true; readonly version: string } | { readonly found: false; readonly remedy: string }
}

/** What each command answers when it succeeds. */
export interface Results extends Record<Command['name'], unknown> {
  interfaces: readonly NetworkInterface[]
  chains: readonly ChainDescription[]
  review: Review
  start: null
  stop: null
  screenshot: null
  'reset-target': null
  type: null
}
