/** What goes on a volume. Paths have `/` between their names and none before the first. */
interface Common {
  readonly path: string
  /** Permission bits, set-user-ID and sticky ones included. */
  readonly mode?: number
  /** Numbers of the user and the group; zero: root and wheel. */
  readonly owner?: number
  readonly group?: number
  /** In seconds since 1970. The volume's own date when absent. */
  readonly modified?: number
}

/** Folders on the way to another entry need not be given. An empty path means the root itself. */
export interface FolderEntry extends Common {
  readonly kind: 'folder'
}

export interface FileEntry<Content> extends Common {
  readonly kind: 'file'
  /** In bytes. */
  readonly size: number
  /** Where the bytes are: only who writes the volume out looks into it. */
  readonly content: Content | FolderContents<Content>
}

/**
 * Makes the content of any file in a folder, by its name and size, when it is written: one for all of them, where
 * hundreds of thousands of files would each keep their own.
 */
export class FolderContents<Content> {
  readonly of: (name: string, size: number) => Content

  constructor(of: (name: string, size: number) => Content) {
    this.of = of
  }
}

export interface SymlinkEntry extends Common {
  readonly kind: 'symlink'
  readonly target: string
}

export type VolumeEntry<Content> = FolderEntry | FileEntry<Content> | SymlinkEntry

/** What was asked for cannot be laid out: why, and the way out as a sentence. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
