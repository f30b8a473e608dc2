import type { Piece, PieceWriter } from '../../protocols/sunrpc/pieces.ts'
import type { Results } from './program.ts'

/** A reply in bytes. */
export interface Reply {
  readonly pieces: readonly [Buffer, ...Piece[]]
  /** To be called once nobody reads the pieces any more. Absent when nothing waits for that. */
  readonly sent?: (() => void) | undefined
}

/** The reply that results were written into. */
export function replyOf(writer: PieceWriter, { sent }: Results): Reply {
  const pieces = writer.pieces()
  if (pieces.length > 1) return { pieces, sent }
  // All was copied.
  sent?.()
  return { pieces }
}
