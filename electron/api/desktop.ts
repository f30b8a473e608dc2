/**
 * What the app's page may ask, and what it is told. The same by Electron's IPC, where the preload script exposes it as
 * `window.bootwire`, and by a WebSocket on 127.0.0.1 in browser mode.
 */
import type { ChainDescription } from '../chains/index.ts'
import type { BootEvent } from '../clients/events.ts'
import type { LibraryEntry } from '../library/store.ts'
import type { NetworkInterface } from '../link/interfaces.ts'
import type {
  Failure,
  InterfaceChoice,
  Reading as ImportProgress,
  StartOptions,
} from '../service/commands.ts'
import type { FoundServers } from '../service/look-for-servers.ts'
import type { Screen } from '../machine/screen.ts'
import type { Remedy } from '../service/remedies.ts'
import type { Environment as ServiceEnvironment } from '../service/results.ts'
import type { Review } from '../service/review.ts'

export type {
  BootEvent,
  ChainDescription,
  Failure,
  FoundServers,
  InterfaceChoice,
  LibraryEntry,
  NetworkInterface,
  ImportProgress,
  Remedy,
  Review,
  Screen,
  StartOptions,
}

/**
 * Every function that answers with a promise rejects with a `Failure`: a plain object, because what crosses into
 * Electron's page as an `Error` arrives with its message alone.
 */
export interface DesktopApi {
  environment(): Promise<Environment>
  /** The likeliest for a cabled target first. */
  interfaces(): Promise<readonly NetworkInterface[]>
  /** Asks on an interface who answers DHCP there, after authorisation where that is needed; takes some seconds. */
  lookForServers(link: InterfaceChoice): Promise<FoundServers>
  chains(): Promise<readonly ChainDescription[]>

  /** The files and folders that the user gave so far, newest first. */
  imports(): Promise<readonly LibraryEntry[]>
  /** Asks for files or a folder in the system's own dialog; empty when it was cancelled. */
  chooseImports(kind: 'files' | 'folder'): Promise<readonly ImportOutcome[]>
  /** Files that were dropped on the page. */
  importFiles(files: readonly File[]): Promise<readonly ImportOutcome[]>
  forgetImport(path: string): Promise<null>
  /** Asks for the folder that targets mount; undefined when that was cancelled. */
  chooseFolder(): Promise<string | undefined>

  /** Plans a session and starts nothing; what it makes is told by `artefact-progress` events. */
  review(options: StartOptions): Promise<Review>
  /** Remembers its options as the last set-up. */
  start(options: StartOptions): Promise<null>
  stop(): Promise<null>
  resetTarget(): Promise<null>
  /** Where noVNC finds the virtual target's screen; undefined when there is no virtual target. Ask again to connect again. */
  screen(): Promise<Screen | undefined>
  /** Saves all events of the session as JSON lines; false when that was cancelled. */
  saveJournal(): Promise<boolean>
  /** Saves the session's packets as pcapng; false when that was cancelled. */
  saveCapture(): Promise<boolean>

  /** What was started last, on this computer and by this user. */
  lastSetup(): Promise<StartOptions | undefined>

  /**
   * Tells all events of the session so far at once, then what happens, at most once a frame. The result stops that.
   * Of a transfer's progress only the latest in each batch is told.
   */
  onEvents(listener: (events: readonly BootEvent[]) => void): () => void
  /** Tells the state now, and each change. */
  onServiceState(listener: (state: ServiceState) => void): () => void
  /** Tells how far files that are being read have come; those that are done are no longer told. */
  onImportProgress(listener: (progress: readonly ImportProgress[]) => void): () => void
}

export interface Environment extends ServiceEnvironment {
  readonly face: 'desktop' | 'browser'
  readonly platform: NodeJS.Platform
  /** Bootwire's own. */
  readonly version: string
  /** Whether a session on a real interface asks for authorisation first, or cannot because nothing here can ask. */
  readonly elevation: Elevation
}

export type Elevation = 'not-needed' | 'asks' | 'impossible'

/** What browser mode tells of the folders of its computer. */
export interface FolderListing {
  /** Absolute. */
  readonly path: string
  /** The same when there is none. */
  readonly parent: string
  /** Names, without those of hidden ones. */
  readonly folders: readonly string[]
}

/** The boot service as a process. Sessions end with it, which is told by a `session-stopped` event. */
export type ServiceState =
  | { readonly state: 'running' }
  | {
      readonly state: 'restarting'
      readonly reason: string
      readonly inMilliseconds: number
      /** Counts from 1, and again after the service has run for a while. */
      readonly attempt: number
    }
  | { readonly state: 'stopped'; readonly reason: string }

export type ImportOutcome =
  { readonly entry: LibraryEntry } | { readonly path: string; readonly failure: Failure }

/** The functions that answer with a promise, and so cross to the main process as a question and its answer. */
export type DesktopRequest = {
  [Name in keyof DesktopApi]: ReturnType<DesktopApi[Name]> extends Promise<unknown> ? Name : never
}[keyof DesktopApi]

/** What a page can listen to. */
export type DesktopTopic = 'events' | 'service-state' | 'import-progress'
