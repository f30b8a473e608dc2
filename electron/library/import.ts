import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { TAIL_BYTES } from '../formats/disk-image.ts'
import { recognise, recogniseBytes, type Recognition } from '../formats/recognise.ts'

/** A file that a user gave, once read. */
export interface Import {
  /** Absolute. */
  readonly path: string
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** In lower-case hexadecimal. */
  readonly sha256: string
  readonly recognition: Recognition
}

/** Why a file cannot be imported: what and why, and the way out as a sentence. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: 'not-found' | 'not-readable' | 'not-a-file' | 'empty' | 'failed'
  readonly path: string
  readonly remedy: string

  constructor(code: ImportError['code'], path: string, message: string, remedy: string) {
    super(message)
    this.code = code
    this.path = path
    this.remedy = remedy
  }
}

/**
 * Reads a whole file once, without keeping more of it than is needed to recognise it.
 * @param onProgress is called with how many bytes were read so far
 * @throws {ImportError} when it cannot be read, or is no regular file, or is empty
 */
export async function describeImport(
  path: string,
  onProgress: (bytes: number) => void = () => {},
): Promise<Import> {
  const file = await openRegular(resolve(path))
  try {
    const hash = createHash('sha256')
    const head: Buffer[] = []
    let tail: Buffer = Buffer.alloc(0)
    let wanted = 0
    let size = 0
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })) {
      const bytes = chunk as Buffer
      hash.update(bytes)
      if (size === 0) wanted = recogniseBytes(bytes)
      if (size < wanted) head.push(bytes.subarray(0, wanted - size))
      tail = bytes.length < TAIL_BYTES ? Buffer.concat([tail, bytes]) : bytes
      size += bytes.length
      onProgress(size)
    }
    if (size === 0)
      throw new ImportError('empty', path, `${path} is empty.`, 'Download or copy the file again.')
    return {
      path: resolve(path),
      name: basename(path),
      size,
      sha256: hash.digest('hex'),
      recognition: recognise(Buffer.concat(head), tail.subarray(-TAIL_BYTES)),
    }
  } catch (error) {
    throw error instanceof ImportError ? error : importError(path, error)
  } finally {
    await file.close()
  }
}

/** A named pipe nobody writes to must not keep the import waiting. Windows knows no such flag. */
const OPEN_FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0)

async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, OPEN_FLAGS).catch((error: unknown) => {
    throw importError(path, error)
  })
  const stat = await file.stat()
  if (stat.isFile()) return file
  await file.close()
  const kind = stat.isDirectory() ? 'a folder' : 'a device or pipe'
  throw new ImportError('not-a-file', path, `${path} is ${kind}, not a file.`, 'Choose the file itself.')
}

function importError(path: string, error: unknown): ImportError {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ImportError(
        'not-found',
        path,
        `${path} is not there.`,
        'Check the spelling of its name and folder.',
      )
    case 'EACCES':
    case 'EPERM':
      return new ImportError(
        'not-readable',
        path,
        `${path} may not be read by this user.`,
        'Copy it to a folder of yours, or change its permissions.',
      )
    default:
      return new ImportError(
        'failed',
        path,
        `${path} could not be read: ${message}.`,
        'Check the disk that it is on.',
      )
  }
}
