import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError, Reader, Writer } from '../../../electron/protocols/bytes.ts'
import { AuthStatus, decodeSystemCredential } from '../../../electron/protocols/sunrpc/auth.ts'
import { decodeCall } from '../../../electron/protocols/sunrpc/call.ts'
import {
  MountStatus,
  readMountPath,
  writeExportEntries,
  writeMountEntries,
  writeMountResult1,
  writeMountResult3,
  writePathconf,
} from '../../../electron/protocols/sunrpc/mount.ts'
import { readMapping, writeMappings } from '../../../electron/protocols/sunrpc/portmap.ts'
import { beginSuccess, encodeFailure } from '../../../electron/protocols/sunrpc/reply.ts'
import { readBinding, universalAddress, writeBindings } from '../../../electron/protocols/sunrpc/rpcbind.ts'
import { oskitNetboot, xnuRoot } from './captured.ts'
import { hex } from './hex.ts'

const written = (write: (writer: Writer) => void) => {
  const writer = new Writer()
  write(writer)
  return writer.finish()
}

describe('a call', () => {
  test("of the OSKit's NetBoot carries AUTH_SYS with its machine name and root's groups", () => {
    const mount = oskitNetboot().find(({ to }) => to === 20048)!
    const call = decodeCall(mount.message)
    expect(call).toMatchObject({ xid: 0x4b, rpcVersion: 2, program: 100005, version: 1, procedure: 1 })
    if (call.program === undefined) throw new Error('decoded as a foreign call')
    expect(call.credential.flavor).toBe(1)
    expect(decodeSystemCredential(call.credential.body)).toEqual({
      stamp: 0,
      machineName: 'nbclient',
      uid: 0,
      gid: 0,
      gids: [0, 0],
    })
    expect(readMountPath(new Reader(call.arguments))).toBe('/k')
  })

  test('in another version of RPC still tells its xid, so that it can be refused', () => {
    expect(decodeCall(hex('00000007 00000000 00000003'))).toEqual({ xid: 7, rpcVersion: 3 })
  })

  test('a reply is no call', () => {
    expect(() => decodeCall(hex('00000007 00000001 00000000'))).toThrow(DecodeError)
  })

  test.each([
    ['a credential longer than 400 bytes', '00000001 00000191', 'credential'],
    ['a credential that the message ends in', '00000001 00000018 00000000', 'credential'],
    ['no credential', '', 'credential'],
    ['a verifier longer than 400 bytes', '00000000 00000000 00000000 00000191', 'verifier'],
  ])('with %s still tells its xid, so that it can be denied', (_, auth, unreadable) => {
    const message = hex(`00000007 00000000 00000002 000186a3 00000003 00000000 ${auth}`)
    expect(decodeCall(message)).toEqual({ xid: 7, rpcVersion: 2, unreadable })
  })

  test('that ends before it says whom it calls is none', () => {
    expect(() => decodeCall(hex('00000007 00000000 00000002 000186a3 00000003'))).toThrow(DecodeError)
  })

  test('a credential with 17 groups is refused', () => {
    expect(() => decodeSystemCredential(hex(`00000000 00000000 00000000 00000000 00000011`))).toThrow(
      'at most 16',
    )
  })

  test('hostile bytes end in a DecodeError and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        for (const decode of [decodeCall, decodeSystemCredential])
          try {
            decode(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError)
          }
      }),
    )
  })
})

describe('replies, as RFC 5531 section 9 spells them', () => {
  test('success begins with an empty verifier, as clients with fixed offsets need it', () => {
    expect(beginSuccess(0x4b).finish()).toEqual(hex('0000004b 00000001 00000000 00000000 00000000 00000000'))
  })

  test.each([
    ['program-unavailable', { reason: 'program-unavailable' }, '00000001'],
    ['program-mismatch', { reason: 'program-mismatch', low: 2, high: 3 }, '00000002 00000002 00000003'],
    ['procedure-unavailable', { reason: 'procedure-unavailable' }, '00000003'],
    ['garbage-arguments', { reason: 'garbage-arguments' }, '00000004'],
    ['system-error', { reason: 'system-error' }, '00000005'],
  ] as const)('%s is accepted with an error', (_, failure, rest) => {
    expect(encodeFailure(0x01020304, failure)).toEqual(
      hex(`01020304 00000001 # REPLY
           00000000          # MSG_ACCEPTED
           00000000 00000000 # AUTH_NONE, no body
           ${rest}`),
    )
  })

  test('another version of RPC is denied with the range', () => {
    expect(encodeFailure(7, { reason: 'rpc-mismatch', low: 2, high: 2 })).toEqual(
      hex('00000007 00000001 00000001 00000000 00000002 00000002'),
    )
  })

  test('a credential that is not understood is denied with the reason', () => {
    expect(encodeFailure(7, { reason: 'auth-error', status: AuthStatus.BADCRED })).toEqual(
      hex('00000007 00000001 00000001 00000001 00000001'),
    )
  })
})

describe('the port mapper', () => {
  test("a real kernel's question names MOUNT version 3 over TCP", () => {
    const call = decodeCall(xnuRoot()[0]!.message)
    if (call.program === undefined) throw new Error('decoded as a foreign call')
    expect(call).toMatchObject({ program: 100000, version: 2, procedure: 3 })
    expect(readMapping(new Reader(call.arguments))).toEqual({
      program: 100005,
      version: 3,
      protocol: 6,
      port: 0,
    })
  })

  test('DUMP is a list of mappings', () => {
    const mappings = [{ program: 100003, version: 2, protocol: 17, port: 2049 }]
    expect(written((writer) => writeMappings(writer, mappings))).toEqual(
      hex('00000001 000186a3 00000002 00000011 00000801 00000000'),
    )
  })

  test('rpcbind names transports and writes ports into the address', () => {
    const bytes = hex(`000186a3 00000003 # NFS version 3
                       00000003 74637000 # "tcp"
                       0000000d 31302e37372e302e312e382e31 000000 # "10.77.0.1.8.1"
                       00000000 # no owner`)
    const binding = { program: 100003, version: 3, netid: 'tcp', address: '10.77.0.1.8.1', owner: '' }
    expect(readBinding(new Reader(bytes))).toEqual(binding)
    expect(universalAddress('10.77.0.1', 2049)).toBe(binding.address)
    expect(written((writer) => writeBindings(writer, [binding]))).toEqual(
      Buffer.concat([hex('00000001'), bytes, hex('00000000')]),
    )
  })
})

describe('the mount protocol', () => {
  const handle = Buffer.alloc(32, 0xab)

  test('version 1 returns a handle without its length', () => {
    expect(written((writer) => writeMountResult1(writer, { status: MountStatus.OK, handle }))).toEqual(
      Buffer.concat([hex('00000000'), handle]),
    )
    expect(written((writer) => writeMountResult1(writer, { status: MountStatus.NOENT }))).toEqual(
      hex('00000002'),
    )
  })

  test('version 2 tells the limits of files, and which of them it does not know', () => {
    expect(written((writer) => writePathconf(writer, 255))).toEqual(
      hex(`7fffffff 00000000 00000000 000000ff 00000400 # links, a line of a terminal twice, a name, a path
           00000000 00000000 00000000                   # a pipe, the character that disables, filling
           000002cc 00000000                            # no lines and no pipes; names too long are refused, chown is root's`),
    )
    expect(written((writer) => writePathconf(writer, undefined))).toEqual(
      Buffer.concat([Buffer.alloc(32), hex('00000001 00000000')]),
    )
  })

  test('version 3 returns a handle with its length, and flavours', () => {
    expect(
      written((writer) => writeMountResult3(writer, { status: MountStatus.OK, handle }, [1, 0])),
    ).toEqual(Buffer.concat([hex('00000000 00000020'), handle, hex('00000002 00000001 00000000')]))
    expect(written((writer) => writeMountResult3(writer, { status: MountStatus.NOTDIR }, [1]))).toEqual(
      hex('00000014'),
    )
  })

  test('DUMP and EXPORT are lists', () => {
    expect(written((writer) => writeMountEntries(writer, [{ hostname: 'mac', directory: '/' }]))).toEqual(
      hex('00000001 00000003 6d616300 00000001 2f000000 00000000'),
    )
    expect(written((writer) => writeExportEntries(writer, [{ directory: '/k', groups: [] }]))).toEqual(
      hex('00000001 00000002 2f6b0000 00000000 00000000'),
    )
  })
})
