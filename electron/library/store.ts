/** The files and folders that a user gave, known again by what they are. */

export interface LibraryEntry {
  /** Absolute. */
  readonly path: string
  readonly name: string
  /** In bytes; 0 for a folder. */
  readonly size: number
  /** In lower-case hexadecimal; empty for a folder. */
  readonly sha256: string
  /** As `recognise` calls it, or `folder`. */
  readonly kind: string
  /** What it is, in one sentence. */
  readonly description: string
  /** Builds that are known not to work, and the like: each a whole sentence. */
  readonly warnings: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly addedAt: number
  /** Whether it is still there, and still what it was. */
  readonly state: 'present' | 'missing' | 'changed'
}
