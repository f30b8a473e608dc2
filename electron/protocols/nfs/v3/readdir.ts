/** READDIR and READDIRPLUS (RFC 1813 sections 3.3.16 and 3.3.17). */
import type { Reader, Writer } from '../../bytes.ts'
import {
  opaqueSize,
  readFixedOpaque,
  writeBoolean,
  writeFixedOpaque,
  writeList,
  writeString,
} from '../../sunrpc/xdr.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { ATTRIBUTES_SIZE, readHandle, writePostOp, writePostOpHandle } from './attributes.ts'

const VERIFIER_SIZE = 8

export interface ReaddirArguments {
  readonly directory: Buffer
  /** Where to go on: the cookie of the last entry that the client has, or 0. */
  readonly cookie: bigint
  readonly verifier: Buffer
  /** The largest result in bytes, all of it counted. */
  readonly count: number
}

export function readReaddirArguments(reader: Reader): ReaddirArguments {
  return {
    directory: readHandle(reader, 'dir'),
    cookie: reader.u64('cookie'),
    verifier: readFixedOpaque(reader, VERIFIER_SIZE, 'cookieverf'),
    count: reader.u32('count'),
  }
}

export interface ReaddirplusArguments {
  readonly directory: Buffer
  readonly cookie: bigint
  readonly verifier: Buffer
  /** The most bytes of names, cookies and file numbers. */
  readonly directoryCount: number
  /** The largest result in bytes, all of it counted. */
  readonly maximumCount: number
}

export function readReaddirplusArguments(reader: Reader): ReaddirplusArguments {
  return {
    directory: readHandle(reader, 'dir'),
    cookie: reader.u64('cookie'),
    verifier: readFixedOpaque(reader, VERIFIER_SIZE, 'cookieverf'),
    directoryCount: reader.u32('dircount'),
    maximumCount: reader.u32('maxcount'),
  }
}

export interface ListedEntry {
  readonly fileid: bigint
  readonly name: string
  readonly cookie: bigint
}

export interface ListedEntryPlus extends ListedEntry {
  readonly attributes: Attributes | undefined
  readonly handle: Uint8Array | undefined
}

interface OfDirectory {
  readonly directory: Attributes | undefined
}

interface Listing<Entry> {
  readonly verifier: Uint8Array
  readonly entries: readonly Entry[]
  readonly eof: boolean
}

export type ReaddirResult = Result<OfDirectory & Listing<ListedEntry>, OfDirectory>
export type ReaddirplusResult = Result<OfDirectory & Listing<ListedEntryPlus>, OfDirectory>

export function writeReaddirResult(writer: Writer, result: ReaddirResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.directory)
  if (result.status === Status.OK) writeListing(writer, result, writeEntry)
}

export function writeReaddirplusResult(writer: Writer, result: ReaddirplusResult): void {
  writer.u32(result.status)
  writePostOp(writer, result.directory)
  if (result.status !== Status.OK) return
  writeListing(writer, result, (each, entry) => {
    writeEntry(each, entry)
    writePostOp(each, entry.attributes)
    writePostOpHandle(each, entry.handle)
  })
}

function writeListing<Entry>(
  writer: Writer,
  { verifier, entries, eof }: Listing<Entry>,
  write: (writer: Writer, entry: Entry) => void,
): void {
  writeFixedOpaque(writer, verifier)
  writeList(writer, entries, write)
  writeBoolean(writer, eof)
}

function writeEntry(writer: Writer, { fileid, name, cookie }: ListedEntry): void {
  writer.u64(fileid)
  writeString(writer, name)
  writer.u64(cookie)
}

/** What a result takes apart from its entries: status, attributes, verifier, the end of the list and `eof`. */
export const LISTING_SIZE = 4 + 4 + ATTRIBUTES_SIZE + VERIFIER_SIZE + 4 + 4

/** The bytes of an entry of READDIR in a result. */
export function entrySize(name: string): number {
  return 4 + 8 + opaqueSize(Buffer.byteLength(name)) + 8
}

/** The bytes of an entry of READDIRPLUS, with attributes and a handle of `handleSize` bytes. */
export function entryPlusSize(name: string, handleSize: number): number {
  return entrySize(name) + 4 + ATTRIBUTES_SIZE + 4 + opaqueSize(handleSize)
}
