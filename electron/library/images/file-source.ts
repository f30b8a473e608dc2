import type { FileHandle } from 'node:fs/promises'
import { requireRange, type BlockSource } from '../../formats/block-source.ts'

/** An open file. `size` is what it has now, in bytes. */
export function fileSource(file: FileHandle, size: number): BlockSource {
  return {
    size,
    async read(offset, length) {
      requireRange(size, offset, length, 'file')
      const bytes = Buffer.allocUnsafe(length)
      for (let done = 0; done < length;) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
        // It became shorter while it was read.
        if (bytesRead === 0) requireRange(offset + done, offset, length, 'file')
        done += bytesRead
      }
      return bytes
    },
  }
}
