import { open } from 'node:fs/promises'
import { openVolume, type Volume } from '../../formats/hfsplus/volume-reader.ts'
import { findVolumes, type FoundScheme } from '../../formats/partitions/find.ts'
import { isUdif, openUdif } from '../../formats/udif/udif.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { ImageError } from './content.ts'
import { fileSource } from './file-source.ts'

/** An image whose first HFS+ volume has been read. */
export interface OpenImage {
  readonly volume: Volume
  readonly scheme: FoundScheme
  /** How many HFS+ volumes there are on it. */
  readonly volumes: number
  readonly close: () => Promise<void>
}

/**
 * Opens a disk image, an Apple one (.dmg) or a raw one, or a hybrid ISO.
 * @throws {ImageError} when it cannot be read, has no HFS+ volume, or is damaged
 */
export async function openImage(path: string): Promise<OpenImage> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new ImageError(
      `${path} cannot be opened: ${(error as Error).message}.`,
      'Check its name and permissions.',
    )
  })
  try {
    const { size } = await file.stat()
    const source = fileSource(file, size)
    const found = await findVolumes((await isUdif(source)) ? await openUdif(source) : source)
    const [first] = found
    if (first === undefined)
      throw new ImageError(
        `${path} has no HFS+ volume on it.`,
        'Choose a disk image of a Mac: a .dmg or .cdr file, an ISO with an HFS+ part, or a raw image.',
      )
    const volume = await openVolume(first.source)
    return { volume, scheme: first.scheme, volumes: found.length, close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error instanceof DecodeError ? damaged(path, error) : error
  }
}

export function damaged(path: string, error: DecodeError): ImageError {
  return new ImageError(
    `${path} cannot be read: ${error.message}.`,
    'It is damaged or was not copied whole: copy or download it again.',
  )
}
