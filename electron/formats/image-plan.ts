/** A stretch of an image to be written. What no piece covers is zero. */
export type Piece<Content> =
  /** The bytes are there until the next piece is asked for. */
  | { readonly at: number; readonly bytes: Uint8Array }
  /** `length` bytes of the content, from its byte `from` on. */
  | { readonly at: number; readonly content: Content; readonly from: number; readonly length: number }

/** An image that is known to its last byte and still to be written. */
export interface ImagePlan<Content> {
  /** In bytes. */
  readonly size: number
  /** In the order of their places, each made when it is asked for. */
  pieces(): Iterable<Piece<Content>>
}

/** The plan's pieces, as they are in an image in which it starts at this byte. */
export function* movedBy<Content>(start: number, plan: ImagePlan<Content>): Generator<Piece<Content>> {
  for (const piece of plan.pieces()) yield { ...piece, at: start + piece.at }
}
