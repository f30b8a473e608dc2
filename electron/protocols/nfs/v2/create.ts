/** CREATE, MKDIR and SYMLINK (RFC 1094 sections 2.2.10, 2.2.15 and 2.2.14). */
import type { Reader } from '../../bytes.ts'
import type { AttributeChanges } from '../attributes.ts'
import { readAttributeChanges, readDirectoryEntry, readPath, type DirectoryEntry } from './attributes.ts'

/** `createargs`, of CREATE and MKDIR, whose results are `diropres`. */
export interface CreateArguments {
  readonly where: DirectoryEntry
  readonly attributes: AttributeChanges
}

export function readCreateArguments(reader: Reader): CreateArguments {
  return { where: readDirectoryEntry(reader), attributes: readAttributeChanges(reader) }
}

export interface SymlinkArguments {
  readonly where: DirectoryEntry
  readonly target: string
  readonly attributes: AttributeChanges
}

export function readSymlinkArguments(reader: Reader): SymlinkArguments {
  return {
    where: readDirectoryEntry(reader),
    target: readPath(reader),
    attributes: readAttributeChanges(reader),
  }
}
