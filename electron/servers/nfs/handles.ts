import { createHmac, timingSafeEqual } from 'node:crypto'
import { KEY_BYTES, type NodeKey } from './volume/volume.ts'

/** What a file handle means. */
export interface HandleContent {
  /** The number of the export. */
  readonly exported: number
  readonly key: NodeKey
}

const EXPORT_BYTES = 4
const SEAL_BYTES = 12
export const HANDLE_BYTES = EXPORT_BYTES + KEY_BYTES + SEAL_BYTES

/**
 * Makes and reads file handles of 32 bytes: the export, the node, and a seal (HMAC-SHA-256, shortened to 96 bits)
 * that nobody can make who does not have the secret. With the same secret they hold over restarts.
 */
export class Handles {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  make({ exported, key }: HandleContent): Buffer {
    const handle = Buffer.alloc(HANDLE_BYTES)
    handle.writeUInt32BE(exported)
    handle.write(key, EXPORT_BYTES, 'hex')
    this.#seal(handle).copy(handle, EXPORT_BYTES + KEY_BYTES)
    return handle
  }

  /** Undefined for anything that was not made with this secret. */
  read(handle: Buffer): HandleContent | undefined {
    if (handle.length !== HANDLE_BYTES) return undefined
    if (!timingSafeEqual(handle.subarray(EXPORT_BYTES + KEY_BYTES), this.#seal(handle))) return undefined
    return {
      exported: handle.readUInt32BE(),
      key: handle.toString('hex', EXPORT_BYTES, EXPORT_BYTES + KEY_BYTES),
    }
  }

  #seal(handle: Buffer): Buffer {
    const content = handle.subarray(0, EXPORT_BYTES + KEY_BYTES)
    return createHmac('sha256', this.#secret).update(content).digest().subarray(0, SEAL_BYTES)
  }
}
