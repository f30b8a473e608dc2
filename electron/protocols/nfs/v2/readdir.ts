/** READDIR (RFC 1094 section 2.2.17). */
import type { Reader, Writer } from '../../bytes.ts'
import { opaqueSize, writeBoolean, writeList, writeString } from '../../sunrpc/xdr.ts'
import { Status, type Result } from '../status.ts'
import { fold, readHandle, writeStatus } from './attributes.ts'

export interface ReaddirArguments {
  readonly directory: Buffer
  /** Where to go on: the cookie of the last entry that the client has, or 0. */
  readonly cookie: number
  /** The most bytes of entries. */
  readonly count: number
}

export function readReaddirArguments(reader: Reader): ReaddirArguments {
  return { directory: readHandle(reader, 'dir'), cookie: reader.u32('cookie'), count: reader.u32('count') }
}

export interface ListedEntry {
  readonly fileid: bigint
  readonly name: string
  readonly cookie: number
}

export type ReaddirResult = Result<{ readonly entries: readonly ListedEntry[]; readonly eof: boolean }>

export function writeReaddirResult(writer: Writer, result: ReaddirResult): void {
  writeStatus(writer, result)
  if (result.status !== Status.OK) return
  writeList(writer, result.entries, (each, { fileid, name, cookie }) => {
    each.u32(fold(fileid))
    writeString(each, name)
    each.u32(cookie)
  })
  writeBoolean(writer, result.eof)
}

/** What a result takes apart from its entries: status, the end of the list and `eof`. */
export const LISTING_SIZE = 12

export function entrySize(name: string): number {
  return 4 + 4 + opaqueSize(Buffer.byteLength(name)) + 4
}
