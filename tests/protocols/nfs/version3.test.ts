import { describe, expect, test } from 'vitest'
import { DecodeError, Reader } from '../../../electron/protocols/bytes.ts'
import { FileType, type Attributes } from '../../../electron/protocols/nfs/attributes.ts'
import { Status } from '../../../electron/protocols/nfs/status.ts'
import { readAccessArguments, writeAccessResult } from '../../../electron/protocols/nfs/v3/access.ts'
import { readDirectoryEntry, readHandle } from '../../../electron/protocols/nfs/v3/attributes.ts'
import {
  readCreateArguments,
  readMkdirArguments,
  readMknodArguments,
  readSymlinkArguments,
  writeCreateResult,
} from '../../../electron/protocols/nfs/v3/create.ts'
import {
  writeFsinfoResult,
  writeFsstatResult,
  writePathconfResult,
} from '../../../electron/protocols/nfs/v3/filesystem.ts'
import { writeGetattrResult } from '../../../electron/protocols/nfs/v3/getattr.ts'
import { writeLookupResult } from '../../../electron/protocols/nfs/v3/lookup.ts'
import { readReadArguments, writeReadResult } from '../../../electron/protocols/nfs/v3/read.ts'
import {
  entryPlusSize,
  entrySize,
  LISTING_SIZE,
  readReaddirArguments,
  readReaddirplusArguments,
  writeReaddirplusResult,
  writeReaddirResult,
} from '../../../electron/protocols/nfs/v3/readdir.ts'
import { writeReadlinkResult } from '../../../electron/protocols/nfs/v3/readlink.ts'
import {
  readLinkArguments,
  readRenameArguments,
  writeLinkResult,
  writeRenameResult,
} from '../../../electron/protocols/nfs/v3/rename.ts'
import { readSetattrArguments, writeWccResult } from '../../../electron/protocols/nfs/v3/setattr.ts'
import {
  readCommitArguments,
  readWriteArguments,
  writeCommitResult,
  writeWriteResult,
} from '../../../electron/protocols/nfs/v3/write.ts'
import { decodeCall } from '../../../electron/protocols/sunrpc/call.ts'
import { joined, PieceWriter } from '../../../electron/protocols/sunrpc/pieces.ts'
import { xnuRoot } from '../sunrpc/captured.ts'
import { hex } from '../sunrpc/hex.ts'

/** What nfs-ganesha told of a folder in the capture: mode 0755, 5 links, of root. */
const captured = xnuRoot()
const reply = (frame: number) => captured.find((one) => one.frame === frame)!.message
const callArguments = (frame: number) => {
  const call = decodeCall(reply(frame))
  if (call.program === undefined) throw new Error('decoded as a foreign call')
  return new Reader(call.arguments)
}
const RPC_HEADER = 24

const folder: Attributes = {
  type: FileType.DIRECTORY,
  mode: 0o755,
  links: 5,
  uid: 0,
  gid: 0,
  size: 0x1000n,
  used: 0x2000n,
  device: { major: 1, minor: 2 },
  fsid: 0x1122334455667788n,
  fileid: 0x99n,
  accessed: { seconds: 10, nanoseconds: 11 },
  modified: { seconds: 12, nanoseconds: 13 },
  changed: { seconds: 14, nanoseconds: 15 },
}
const ATTRIBUTES = `00000002 000001ed 00000005 00000000 00000000 # NF3DIR, mode, nlink, uid, gid
  0000000000001000 0000000000002000 00000001 00000002            # size, used, rdev
  1122334455667788 0000000000000099                              # fsid, fileid
  0000000a 0000000b 0000000c 0000000d 0000000e 0000000f          # atime, mtime, ctime
`
const PRE = `00000001 0000000000001000 0000000c 0000000d 0000000e 0000000f # size, mtime, ctime before
`
const WCC = `${PRE} 00000001 ${ATTRIBUTES}`
const HANDLE = '00000004 deadbeef'
const handle = hex('deadbeef')
const verifier = hex('0102030405060708')
const wcc = { before: folder, after: folder }
const written = (write: (writer: PieceWriter) => void) => {
  const writer = new PieceWriter()
  write(writer)
  return joined(writer.pieces()).toString('hex')
}
const bytes = (text: string) => hex(text).toString('hex')

describe('what the Darwin kernel sends while it mounts its root', () => {
  test.each([33, 36, 39, 42, 45])('frame %i asks about one handle', (frame) => {
    const reader = callArguments(frame)
    expect(readHandle(reader)).toHaveLength(24)
    expect(reader.remaining).toBe(0)
  })

  test('ACCESS asks for all six rights', () => {
    expect(readAccessArguments(callArguments(48))).toMatchObject({ access: 0x3f })
  })

  test.each([
    [51, 'dev'],
    [54, 'sbin'],
    [60, 'launchd'],
  ])('frame %i looks up %s', (frame, name) => {
    expect(readDirectoryEntry(callArguments(frame)).name).toBe(name)
  })
})

describe('results are spelled as the server spelled them that Darwin mounted from', () => {
  const attributesAt = (message: Buffer, at: number): Attributes => {
    const reader = new Reader(message.subarray(at))
    const [type, mode, links, uid, gid] = [0, 1, 2, 3, 4].map(() => reader.u32('word'))
    const [size, used] = [reader.u64('size'), reader.u64('used')]
    const device = { major: reader.u32('specdata1'), minor: reader.u32('specdata2') }
    const [fsid, fileid] = [reader.u64('fsid'), reader.u64('fileid')]
    const time = () => ({ seconds: reader.u32('seconds'), nanoseconds: reader.u32('nanoseconds') })
    const times = { accessed: time(), modified: time(), changed: time() }
    return {
      type: type as FileType,
      mode: mode!,
      links: links!,
      uid: uid!,
      gid: gid!,
      size,
      used,
      device,
      fsid,
      fileid,
      ...times,
    }
  }

  test('GETATTR', () => {
    const message = reply(34)
    const attributes = attributesAt(message, RPC_HEADER + 4)
    expect(written((writer) => writeGetattrResult(writer, { status: Status.OK, attributes }))).toBe(
      message.subarray(RPC_HEADER).toString('hex'),
    )
  })

  test('ACCESS', () => {
    const message = reply(49)
    const attributes = attributesAt(message, RPC_HEADER + 8)
    expect(written((writer) => writeAccessResult(writer, { status: Status.OK, attributes, access: 3 }))).toBe(
      message.subarray(RPC_HEADER).toString('hex'),
    )
  })

  test('LOOKUP, found and not found', () => {
    const found = reply(52)
    const size = found.readUInt32BE(RPC_HEADER + 4)
    const result = {
      status: Status.OK,
      handle: found.subarray(RPC_HEADER + 8, RPC_HEADER + 8 + size),
      attributes: attributesAt(found, RPC_HEADER + 8 + size + 4),
      directory: attributesAt(found, RPC_HEADER + 8 + size + 4 + 84 + 4),
    }
    expect(written((writer) => writeLookupResult(writer, result))).toBe(
      found.subarray(RPC_HEADER).toString('hex'),
    )
    const missing = reply(61)
    const directory = attributesAt(missing, RPC_HEADER + 8)
    expect(written((writer) => writeLookupResult(writer, { status: Status.NOENT, directory }))).toBe(
      missing.subarray(RPC_HEADER).toString('hex'),
    )
  })
})

describe('arguments (RFC 1813 section 3.3)', () => {
  const read = <T>(decode: (reader: Reader) => T, text: string) => {
    const reader = new Reader(hex(text))
    const value = decode(reader)
    expect(reader.remaining).toBe(0)
    return value
  }
  const SATTR = `00000001 000001a4 00000001 00000007 00000000 # mode 0644, uid 7, gid as it is
    00000001 0000000000000010 00000001 00000002 0000000c 0000000d # size 16, atime now, mtime 12.13
  `
  const changes = {
    mode: 0o644,
    uid: 7,
    size: 16n,
    accessed: 'server',
    modified: { seconds: 12, nanoseconds: 13 },
  }
  const where = { directory: handle, name: 'name' }
  const WHERE = `${HANDLE} 00000004 6e616d65`

  test('SETATTR with and without a guard', () => {
    expect(read(readSetattrArguments, `${HANDLE} ${SATTR} 00000001 0000000e 0000000f`)).toEqual({
      file: handle,
      changes,
      guard: { seconds: 14, nanoseconds: 15 },
    })
    expect(read(readSetattrArguments, `${HANDLE} ${SATTR} 00000000`)).toEqual({ file: handle, changes })
  })

  test('READ', () => {
    expect(read(readReadArguments, `${HANDLE} 0000000100000000 00008000`)).toEqual({
      file: handle,
      offset: 0x1_0000_0000n,
      count: 32768,
    })
  })

  test('WRITE', () => {
    expect(
      read(readWriteArguments, `${HANDLE} 0000000000000005 00000003 00000002 00000003 61626300`),
    ).toEqual({
      file: handle,
      offset: 5n,
      stability: 2,
      data: Buffer.from('abc'),
    })
    expect(() => read(readWriteArguments, `${HANDLE} 0000000000000005 00000003 00000003`)).toThrow(
      DecodeError,
    )
  })

  test('CREATE in its three ways', () => {
    expect(read(readCreateArguments, `${WHERE} 00000000 ${SATTR}`)).toEqual({
      where,
      how: { mode: 'unchecked', attributes: changes },
    })
    expect(read(readCreateArguments, `${WHERE} 00000001 ${SATTR}`).how.mode).toBe('guarded')
    expect(read(readCreateArguments, `${WHERE} 00000002 0102030405060708`).how).toEqual({
      mode: 'exclusive',
      verifier,
    })
    expect(() => read(readCreateArguments, `${WHERE} 00000003`)).toThrow('createmode3')
  })

  test('MKDIR and SYMLINK', () => {
    expect(read(readMkdirArguments, `${WHERE} ${SATTR}`)).toEqual({ where, attributes: changes })
    expect(read(readSymlinkArguments, `${WHERE} ${SATTR} 00000003 2f786c00`)).toEqual({
      where,
      attributes: changes,
      target: '/xl',
    })
  })

  test('MKNOD of a device, a FIFO, and of what is no node', () => {
    expect(read(readMknodArguments, `${WHERE} 00000004 ${SATTR} 00000005 00000001`)).toEqual({
      where,
      type: FileType.CHARACTER,
      attributes: changes,
      device: { major: 5, minor: 1 },
    })
    expect(read(readMknodArguments, `${WHERE} 00000007 ${SATTR}`).type).toBe(FileType.FIFO)
    expect(read(readMknodArguments, `${WHERE} 00000001`).type).toBe(FileType.REGULAR)
    expect(() => read(readMknodArguments, `${WHERE} 00000009`)).toThrow('ftype3')
  })

  test('RENAME and LINK', () => {
    expect(read(readRenameArguments, `${WHERE} ${WHERE}`)).toEqual({ from: where, to: where })
    expect(read(readLinkArguments, `${HANDLE} ${WHERE}`)).toEqual({ file: handle, link: where })
  })

  test('READDIR and READDIRPLUS', () => {
    const start = `${HANDLE} 0000000000000009 0102030405060708`
    expect(read(readReaddirArguments, `${start} 00001000`)).toEqual({
      directory: handle,
      cookie: 9n,
      verifier,
      count: 4096,
    })
    expect(read(readReaddirplusArguments, `${start} 00000200 00001000`)).toEqual({
      directory: handle,
      cookie: 9n,
      verifier,
      directoryCount: 512,
      maximumCount: 4096,
    })
  })

  test('COMMIT', () => {
    expect(read(readCommitArguments, `${HANDLE} 0000000000000009 00000200`)).toEqual({
      file: handle,
      offset: 9n,
      count: 512,
    })
  })

  test('a handle of more than 64 bytes is refused', () => {
    expect(() => read((reader) => readHandle(reader), '00000041')).toThrow('oversized')
  })
})

describe('results (RFC 1813 section 3.3)', () => {
  test('SETATTR, REMOVE and RMDIR tell the file before and after', () => {
    expect(written((writer) => writeWccResult(writer, { status: Status.OK, ...wcc }))).toBe(
      bytes(`00000000 ${WCC}`),
    )
    expect(written((writer) => writeWccResult(writer, { status: Status.NOT_SYNC, after: folder }))).toBe(
      bytes(`00002712 00000000 00000001 ${ATTRIBUTES}`),
    )
  })

  test('READLINK', () => {
    const result = { status: Status.OK, attributes: undefined, target: '../x' }
    expect(written((writer) => writeReadlinkResult(writer, result))).toBe(
      bytes('00000000 00000000 00000004 2e2e2f78'),
    )
  })

  test('READ counts its data twice and pads them', () => {
    const result = {
      status: Status.OK,
      attributes: folder,
      data: [Buffer.from('ab'), Buffer.from('cde')],
      eof: true,
    }
    expect(written((writer) => writeReadResult(writer, result))).toBe(
      bytes(`00000000 00000001 ${ATTRIBUTES} 00000005 00000001 00000005 61626364 65000000`),
    )
    expect(
      written((writer) => writeReadResult(writer, { status: Status.STALE, attributes: undefined })),
    ).toBe(bytes('00000046 00000000'))
  })

  test('WRITE and COMMIT end with the verifier', () => {
    const result = { status: Status.OK, ...wcc, count: 3, committed: 2, verifier } as const
    expect(written((writer) => writeWriteResult(writer, result))).toBe(
      bytes(`00000000 ${WCC} 00000003 00000002 0102030405060708`),
    )
    expect(written((writer) => writeCommitResult(writer, result))).toBe(
      bytes(`00000000 ${WCC} 0102030405060708`),
    )
    expect(written((writer) => writeWriteResult(writer, { status: Status.ROFS }))).toBe(
      bytes('0000001e 00000000 00000000'),
    )
  })

  test('CREATE, MKDIR, SYMLINK and MKNOD', () => {
    const result = { status: Status.OK, handle, attributes: folder, directory: wcc }
    expect(written((writer) => writeCreateResult(writer, result))).toBe(
      bytes(`00000000 00000001 ${HANDLE} 00000001 ${ATTRIBUTES} ${WCC}`),
    )
    expect(written((writer) => writeCreateResult(writer, { status: Status.EXIST, directory: {} }))).toBe(
      bytes('00000011 00000000 00000000'),
    )
  })

  test('RENAME and LINK', () => {
    expect(written((writer) => writeRenameResult(writer, { status: Status.OK, from: wcc, to: {} }))).toBe(
      bytes(`00000000 ${WCC} 00000000 00000000`),
    )
    expect(
      written((writer) => writeLinkResult(writer, { status: Status.OK, attributes: folder, directory: wcc })),
    ).toBe(bytes(`00000000 00000001 ${ATTRIBUTES} ${WCC}`))
  })

  const entry = { fileid: 0x99n, name: 'etc', cookie: 0x77n }
  const ENTRY = '0000000000000099 00000003 65746300 0000000000000077'

  test('READDIR', () => {
    const result = { status: Status.OK, directory: folder, verifier, entries: [entry], eof: true }
    const expected = bytes(
      `00000000 00000001 ${ATTRIBUTES} 0102030405060708 00000001 ${ENTRY} 00000000 00000001`,
    )
    expect(written((writer) => writeReaddirResult(writer, result))).toBe(expected)
    expect(expected).toHaveLength(2 * (LISTING_SIZE + entrySize('etc')))
  })

  test('READDIRPLUS', () => {
    const entries = [{ ...entry, attributes: folder, handle }]
    const result = { status: Status.OK, directory: folder, verifier, entries, eof: false }
    const expected = bytes(
      `00000000 00000001 ${ATTRIBUTES} 0102030405060708
       00000001 ${ENTRY} 00000001 ${ATTRIBUTES} 00000001 ${HANDLE} 00000000 00000000`,
    )
    expect(written((writer) => writeReaddirplusResult(writer, result))).toBe(expected)
    expect(expected).toHaveLength(2 * (LISTING_SIZE + entryPlusSize('etc', 4)))
  })

  test('FSSTAT, FSINFO and PATHCONF', () => {
    const space = {
      totalBytes: 1n,
      freeBytes: 2n,
      availableBytes: 3n,
      totalFiles: 4n,
      freeFiles: 5n,
      availableFiles: 6n,
    }
    expect(
      written((writer) => writeFsstatResult(writer, { status: Status.OK, attributes: undefined, space })),
    ).toBe(
      bytes(`00000000 00000000 0000000000000001 0000000000000002 0000000000000003
             0000000000000004 0000000000000005 0000000000000006 00000000`),
    )
    const sizes = {
      readMaximum: 0x10000,
      readPreferred: 0x8000,
      writeMaximum: 0x20000,
      writePreferred: 0x4000,
      listingPreferred: 0x2000,
      maximumFileSize: 0x7fffffffffffffffn,
      timeDelta: { seconds: 0, nanoseconds: 1 },
      properties: 0x1b,
    }
    expect(
      written((writer) => writeFsinfoResult(writer, { status: Status.OK, attributes: undefined, sizes })),
    ).toBe(
      bytes(`00000000 00000000 00010000 00008000 00001000 00020000 00004000 00001000 00002000
             7fffffffffffffff 00000000 00000001 0000001b`),
    )
    const limits = { maximumLinks: 1, maximumName: 255 }
    expect(
      written((writer) => writePathconfResult(writer, { status: Status.OK, attributes: undefined, limits })),
    ).toBe(
      bytes(`00000000 00000000 00000001 000000ff
             00000001 00000001 00000000 00000001 # no_trunc, chown_restricted, case_insensitive, case_preserving`),
    )
  })
})
