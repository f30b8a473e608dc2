import { describe, expect, test } from 'vitest'
import { Reader } from '../../../electron/protocols/bytes.ts'
import { FileType, type Attributes } from '../../../electron/protocols/nfs/attributes.ts'
import { Status, statusOfVersion2 } from '../../../electron/protocols/nfs/status.ts'
import {
  readDirectoryEntry,
  writeAttributesResult,
  writeDirectoryEntryResult,
  writeStatus,
} from '../../../electron/protocols/nfs/v2/attributes.ts'
import { readCreateArguments, readSymlinkArguments } from '../../../electron/protocols/nfs/v2/create.ts'
import { readReadArguments, writeReadResult } from '../../../electron/protocols/nfs/v2/read.ts'
import {
  entrySize,
  LISTING_SIZE,
  readReaddirArguments,
  writeReaddirResult,
} from '../../../electron/protocols/nfs/v2/readdir.ts'
import { writeReadlinkResult } from '../../../electron/protocols/nfs/v2/readlink.ts'
import { readLinkArguments, readRenameArguments } from '../../../electron/protocols/nfs/v2/rename.ts'
import { readSetattrArguments } from '../../../electron/protocols/nfs/v2/setattr.ts'
import { writeStatfsResult } from '../../../electron/protocols/nfs/v2/statfs.ts'
import { readWriteArguments } from '../../../electron/protocols/nfs/v2/write.ts'
import { decodeCall } from '../../../electron/protocols/sunrpc/call.ts'
import { joined, PieceWriter } from '../../../electron/protocols/sunrpc/pieces.ts'
import { oskitNetboot } from '../sunrpc/captured.ts'
import { hex } from '../sunrpc/hex.ts'

const handle = Buffer.alloc(32, 0xcd)
const HANDLE = handle.toString('hex')

/** The file of the captured look-up, but for its microseconds: 310964 bytes, mode 0755. */
const file: Attributes = {
  type: FileType.REGULAR,
  mode: 0o755,
  links: 1,
  uid: 0,
  gid: 0,
  size: 0x4beb4n,
  used: 0x260n * 512n,
  device: { major: 0, minor: 0 },
  fsid: 1n,
  fileid: 0x22402en,
  accessed: { seconds: 0x6b02051a, nanoseconds: 0 },
  modified: { seconds: 0x6b0203e8, nanoseconds: 500_000 },
  changed: { seconds: 0x6b0203e8, nanoseconds: 0 },
}
const ATTRIBUTES = `00000001 000081ed 00000001 00000000 00000000 # NFREG, mode with type, nlink, uid, gid
  0004beb4 00001000 00000000 00000260 00000001 0022402e           # size, blocksize, rdev, blocks, fsid, fileid
  6b02051a 00000000 6b0203e8 000001f4 6b0203e8 00000000           # times in microseconds
`
const written = (write: (writer: PieceWriter) => void) => {
  const writer = new PieceWriter()
  write(writer)
  return joined(writer.pieces()).toString('hex')
}
const bytes = (text: string) => hex(text).toString('hex')

describe("what the OSKit's NetBoot sends", () => {
  const calls = oskitNetboot()
    .filter(({ to }) => to === 2049)
    .map(({ message }) => {
      const call = decodeCall(message)
      if (call.program === undefined) throw new Error('decoded as a foreign call')
      return call
    })

  test('one look-up of the last part of the path', () => {
    expect(readDirectoryEntry(new Reader(calls[0]!.arguments)).name).toBe('hello')
  })

  test('then bursts of 32 reads of 1024 bytes, one after the other', () => {
    const reads = calls.slice(1, 33).map((call) => readReadArguments(new Reader(call.arguments)))
    expect(reads.map(({ offset }) => offset)).toEqual(reads.map((_, index) => index * 1024))
    expect(new Set(reads.map(({ count }) => count))).toEqual(new Set([1024]))
  })
})

describe('arguments (RFC 1094 section 2.2)', () => {
  const read = <T>(decode: (reader: Reader) => T, text: string) => {
    const reader = new Reader(hex(text))
    const value = decode(reader)
    expect(reader.remaining).toBe(0)
    return value
  }
  const where = { directory: handle, name: 'name' }
  const WHERE = `${HANDLE} 00000004 6e616d65`
  const SATTR = `000081a4 ffffffff 00000007 00000010 ffffffff ffffffff 0000000c 0000000d`
  const changes = { mode: 0o644, gid: 7, size: 16n, modified: { seconds: 12, nanoseconds: 13_000 } }

  test('SETATTR changes only what is not all ones', () => {
    expect(read(readSetattrArguments, `${HANDLE} ${SATTR}`)).toEqual({ file: handle, changes })
  })

  test("a million microseconds is the server's own time", () => {
    const now = `ffffffff ffffffff ffffffff ffffffff 0000000c 000f4240 ffffffff ffffffff`
    expect(read(readSetattrArguments, `${HANDLE} ${now}`).changes).toEqual({ accessed: 'server' })
  })

  test('WRITE', () => {
    expect(read(readWriteArguments, `${HANDLE} 00000000 00000005 00000000 00000003 61626300`)).toEqual({
      file: handle,
      offset: 5,
      data: Buffer.from('abc'),
    })
    expect(() => read(readWriteArguments, `${HANDLE} 00000000 00000005 00000000 00002001`)).toThrow('8192')
  })

  test('CREATE, MKDIR and SYMLINK', () => {
    expect(read(readCreateArguments, `${WHERE} ${SATTR}`)).toEqual({ where, attributes: changes })
    expect(read(readSymlinkArguments, `${WHERE} 00000003 2f786c00 ${SATTR}`)).toEqual({
      where,
      target: '/xl',
      attributes: changes,
    })
  })

  test('RENAME and LINK', () => {
    expect(read(readRenameArguments, `${WHERE} ${WHERE}`)).toEqual({ from: where, to: where })
    expect(read(readLinkArguments, `${HANDLE} ${WHERE}`)).toEqual({ file: handle, link: where })
  })

  test('READDIR', () => {
    expect(read(readReaddirArguments, `${HANDLE} 00000009 00000400`)).toEqual({
      directory: handle,
      cookie: 9,
      count: 1024,
    })
  })
})

describe('results (RFC 1094 section 2.2)', () => {
  test('LOOKUP is spelled as the server did that NetBoot loaded from', () => {
    const reply = oskitNetboot().find(({ frame }) => frame === 23)!.message
    const result = {
      status: Status.OK,
      handle: reply.subarray(28, 60),
      attributes: { ...file, modified: { seconds: 0x6b0203e8, nanoseconds: 0 } },
    }
    expect(written((writer) => writeDirectoryEntryResult(writer, result))).toBe(
      reply.subarray(24).toString('hex'),
    )
  })

  test('GETATTR, SETATTR and WRITE', () => {
    expect(written((writer) => writeAttributesResult(writer, { status: Status.OK, attributes: file }))).toBe(
      bytes(`00000000 ${ATTRIBUTES}`),
    )
    expect(written((writer) => writeAttributesResult(writer, { status: Status.STALE }))).toBe('00000046')
  })

  test('READ has its count at word 18 and its bytes from word 19 of the reply', () => {
    const data = Buffer.from('abcde')
    const result = { status: Status.OK, attributes: file, data: [data] }
    const message = hex(written((writer) => writeReadResult(writer, result)))
    expect(message.toString('hex')).toBe(bytes(`00000000 ${ATTRIBUTES} 00000005 61626364 65000000`))
    expect(message.readUInt32BE(18 * 4)).toBe(5)
    expect(message.subarray(19 * 4, 19 * 4 + 5)).toEqual(data)
  })

  test('READLINK', () => {
    expect(written((writer) => writeReadlinkResult(writer, { status: Status.OK, target: '../x' }))).toBe(
      bytes('00000000 00000004 2e2e2f78'),
    )
  })

  test('READDIR', () => {
    const entries = [{ fileid: 0x1_0000_0002n, name: 'etc', cookie: 0x77 }]
    const expected = bytes('00000000 00000001 00000003 00000003 65746300 00000077 00000000 00000001')
    expect(written((writer) => writeReaddirResult(writer, { status: Status.OK, entries, eof: true }))).toBe(
      expected,
    )
    expect(expected).toHaveLength(2 * (LISTING_SIZE + entrySize('etc')))
  })

  test('STATFS counts in blocks', () => {
    const result = { status: Status.OK, totalBytes: 40960n, freeBytes: 8192n, availableBytes: 4096n }
    expect(written((writer) => writeStatfsResult(writer, result))).toBe(
      bytes('00000000 00002000 00001000 0000000a 00000002 00000001'),
    )
  })

  test('a file too large for 32 bits is told as the largest that fits', () => {
    const large = { ...file, size: 5n * 1024n ** 3n }
    const message = hex(
      written((writer) => writeAttributesResult(writer, { status: Status.OK, attributes: large })),
    )
    expect(message.readUInt32BE(4 + 5 * 4)).toBe(0xffffffff)
  })

  test('errors that version 2 does not know become ones that it does', () => {
    expect(written((writer) => writeStatus(writer, { status: Status.SERVERFAULT }))).toBe('00000005')
    expect(statusOfVersion2(Status.BADHANDLE)).toBe(Status.STALE)
    expect(statusOfVersion2(Status.NOENT)).toBe(Status.NOENT)
  })
})
