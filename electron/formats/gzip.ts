import { constants, gunzipSync } from 'node:zlib'
import { DecodeError } from '../protocols/bytes.ts'

/** RFC 1952 section 2.3.1: the two magic bytes and the only compression method. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8
}

/** Deflate makes at most 1032 bytes out of one (RFC 1951), so this bounds the memory that a file can ask for. */
const INPUT_LIMIT = 16 * 1024

/**
 * What the first 16 KB of a gzip file unpack to: enough for the headers of what is inside. The rest may be
 * missing, and is not checked.
 */
export function gunzipHead(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes.subarray(0, INPUT_LIMIT), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    throw new DecodeError('invalid', 'gzip data', 0, error instanceof Error ? error.message : String(error))
  }
}
