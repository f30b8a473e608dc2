/** RENAME and LINK (RFC 1094 sections 2.2.12 and 2.2.13); their results are a status. */
import type { Reader } from '../../bytes.ts'
import { readDirectoryEntry, readHandle, type DirectoryEntry } from './attributes.ts'

export interface RenameArguments {
  readonly from: DirectoryEntry
  readonly to: DirectoryEntry
}

export function readRenameArguments(reader: Reader): RenameArguments {
  return { from: readDirectoryEntry(reader), to: readDirectoryEntry(reader) }
}

export interface LinkArguments {
  readonly file: Buffer
  readonly link: DirectoryEntry
}

export function readLinkArguments(reader: Reader): LinkArguments {
  return { file: readHandle(reader), link: readDirectoryEntry(reader) }
}
