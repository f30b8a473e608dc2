/** What the desktop app's page may ask of its main process: the preload script exposes these and no more. */
import type { ChainDescription } from '../chains/index.ts'

export type { ChainDescription }

export interface DesktopApi {
  /** Every boot chain, those to come included. */
  listChains(): Promise<readonly ChainDescription[]>
}

/** IPC channel names are the functions' names, behind a prefix of our own. */
export type DesktopChannel = `bootwire:${keyof DesktopApi}`
