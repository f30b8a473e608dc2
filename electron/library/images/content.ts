/** Where the bytes of a file on a volume to be come from. */
export type ImageContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A file of this computer, and the size that it had when the volume was planned. */
  | { readonly kind: 'path'; readonly path: string; readonly size: number }

/** An image cannot be made or read: what and why, and the way out as a sentence. */
export class ImageError extends Error {
  override readonly name = 'ImageError'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
