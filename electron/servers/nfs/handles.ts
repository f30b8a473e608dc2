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
/** Handles remembered, because sealing one takes longer than everything else that a LOOKUP does. */
const KEPT = 4096
export const HANDLE_BYTES = EXPORT_BYTES + KEY_BYTES + SEAL_BYTES

/**
 * Makes and reads file handles of 32 bytes: the export, the node, and a seal (HMAC-SHA-256, shortened to 96 bits)
 * that nobody can make who does not have the secret. With the same secret they hold over restarts.
 */
export class Handles {
  readonly #secret: Uint8Array
  /** What good handles mean, by their bytes, and the same the other way round. */
  readonly #contents = new Map<string, HandleContent>()
  readonly #handles = new Map<string, Buffer>()

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  make({ exported, key }: HandleContent): Buffer {
    const name = `${exported} ${key}`
    const known = this.#handles.get(name)
    if (known !== undefined) return known
    const handle = Buffer.alloc(HANDLE_BYTES)
    handle.writeUInt32BE(exported)
    handle.write(key, EXPORT_BYTES, 'hex')
    this.#seal(handle).copy(handle, EXPORT_BYTES + KEY_BYTES)
    keep(this.#handles, name, handle)
    return handle
  }

  /** Undefined for anything that was not made with this secret. */
  read(handle: Buffer): HandleContent | undefined {
    if (handle.length !== HANDLE_BYTES) return undefined
    const bytes = handle.toString('latin1')
    const known = this.#contents.get(bytes)
    if (known !== undefined) return known
    if (!timingSafeEqual(handle.subarray(EXPORT_BYTES + KEY_BYTES), this.#seal(handle))) return undefined
    const content = {
      exported: handle.readUInt32BE(),
      key: handle.toString('hex', EXPORT_BYTES, EXPORT_BYTES + KEY_BYTES),
    }
    keep(this.#contents, bytes, content)
    return content
  }

  #seal(handle: Buffer): Buffer {
    const content = handle.subarray(0, EXPORT_BYTES + KEY_BYTES)
    return createHmac('sha256', this.#secret).update(content).digest().subarray(0, SEAL_BYTES)
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= KEPT) map.clear()
  map.set(key, value)
}
