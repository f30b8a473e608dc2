import { open } from 'node:fs/promises'
import { recognise, RECOGNISE_BYTES, type Recognition } from '../formats/recognise.ts'

/** What a file is by its start, without reading the rest. Undefined when it cannot be read or is no regular file. */
export async function readRecognition(path: string): Promise<Recognition | undefined> {
  try {
    const file = await open(path)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) return undefined
      const head = Buffer.alloc(Math.min(stats.size, RECOGNISE_BYTES))
      const { bytesRead } = await file.read(head, 0, head.length, 0)
      return recognise(head.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
