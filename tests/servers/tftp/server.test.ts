import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ServedTree } from '../../../electron/chains/tree.ts'
import type { Happening, HappeningOf } from '../../../electron/clients/events.ts'
import { encodePacket, summary } from '../../../electron/protocols/tftp/packet.ts'
import { startTftpServer, type TftpLimits, type TftpServer } from '../../../electron/servers/tftp/server.ts'
import { fetchFile, Hand, pattern } from './client.ts'
import { CLIENT_MAC, FakeLink } from './fake-link.ts'

let link: FakeLink
let server: TftpServer
let events: Happening[]
const of = <T extends Happening['type']>(type: T) =>
  events.filter((event): event is HappeningOf<T> => event.type === type)

async function start(files: Record<string, Uint8Array>, limits?: TftpLimits) {
  link = new FakeLink()
  events = []
  const tree = new ServedTree(
    Object.entries(files).map(([name, bytes]) => ({
      name,
      origin: 'the test',
      content: { kind: 'bytes', bytes },
    })),
    (name) => name.startsWith('pxelinux.cfg/'),
  )
  const options = limits === undefined ? {} : { limits }
  server = await startTftpServer(link, tree, (event) => events.push(event), options)
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
})
afterEach(() => {
  server.close()
  vi.useRealTimers()
})

describe('a transfer', () => {
  it('is told from start to end, with the client that made it', async () => {
    await start({ 'pxelinux.0': pattern(42430) })
    const fetched = fetchFile(link, { file: 'pxelinux.0', blockSize: 1432, options: { tsize: '0' } })
    await pass(1000)
    expect(await fetched).toEqual(pattern(42430))
    expect(of('transfer-started')).toEqual([
      {
        type: 'transfer-started',
        client: CLIENT_MAC,
        transfer: 1,
        protocol: 'tftp',
        address: '10.77.0.50',
        file: 'pxelinux.0',
        size: 42430,
        blockSize: 1432,
        windowSize: 1,
      },
    ])
    expect(of('transfer-ended')).toMatchObject([
      { client: CLIENT_MAC, transfer: 1, outcome: 'complete', bytes: 42430, resent: 0 },
    ])
    expect(link.conversations).toBe(0)
  })

  it('tells its progress at most ten times a second', async () => {
    await start({ kernel: pattern(512 * 500) })
    const fetched = fetchFile(link, { file: 'kernel' })
    await pass(2000)
    await fetched
    const progress = of('transfer-progress').map(({ bytes }) => bytes)
    const { seconds } = of('transfer-ended')[0]!
    expect(progress.length).toBeGreaterThan(5)
    expect(progress.length).toBeLessThanOrEqual(seconds * 10)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  it('ends with an empty block when the size is a whole number of blocks', async () => {
    await start({ even: pattern(1024), empty: pattern(0) })
    const even = fetchFile(link, { file: 'even' })
    const empty = fetchFile(link, { file: 'empty', port: 2071 })
    await pass(100)
    expect(await even).toEqual(pattern(1024))
    expect(await empty).toEqual(pattern(0))
  })

  it('goes on with block 0 after 65535', async () => {
    const size = 8 * 66_000 + 3
    await start({ large: pattern(size) })
    const fetched = fetchFile(link, { file: 'large', blockSize: 8, windowSize: 64 })
    await pass(10_000)
    expect((await fetched).equals(pattern(size))).toBe(true)
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'complete', bytes: size, resent: 0 }])
  })

  it('turns text into netascii, and then does not claim a size', async () => {
    await start({ menu: Buffer.from('one\ntwo\rthree\n'.repeat(100)) })
    const fetched = fetchFile(link, { file: 'menu', mode: 'NetASCII', options: { tsize: '0' } })
    await pass(100)
    expect((await fetched).toString()).toBe('one\r\ntwo\r\0three\r\n'.repeat(100))
  })

  it('is found under any spelling of its name', async () => {
    await start({ 'boot/kernel': pattern(10) })
    const names = ['/boot/kernel', '\\boot\\kernel', './boot//kernel', '//boot/./kernel']
    const fetched = names.map((file, index) => fetchFile(link, { file, port: 3000 + index }))
    await pass(100)
    for (const bytes of await Promise.all(fetched)) expect(bytes).toEqual(pattern(10))
  })
})

describe('retransmission', () => {
  it('sends a lost block again, sooner once it knows the round trip', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(10)
    expect(hand.heard.map(summary)).toEqual(['DATA 1, 512 bytes'])
    await pass(600)
    expect(hand.heard.map(summary)).toEqual(['DATA 1, 512 bytes', 'DATA 1, 512 bytes'])
    for (let block = 1; block < 5; block++) {
      hand.acknowledge(block)
      await pass(5)
    }
    hand.heard.length = 0
    await pass(100)
    expect(hand.heard.map(summary)).toEqual(['DATA 5, 512 bytes'])
  })

  it('waits longer and longer, and gives up on a client that is gone', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(120_000)
    expect(hand.heard.length).toBeGreaterThanOrEqual(5)
    expect(hand.heard.length).toBeLessThan(20)
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'silent', bytes: 0 }])
    expect(link.conversations).toBe(0)
  })

  it('keeps to the interval that the client asked for', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file', options: { timeout: '3' } })
    await pass(2_990)
    expect(hand.heard.map(summary)).toEqual(['OACK timeout=3'])
    await pass(6_050)
    expect(hand.heard.length).toBe(4)
  })

  it('never answers a copy of an ACK in lockstep, so that nothing is sent twice ever after', async () => {
    await start({ file: pattern(50_000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    hand.acknowledge(1)
    hand.acknowledge(1)
    await pass(5)
    hand.acknowledge(1)
    hand.acknowledge(2)
    hand.acknowledge(2)
    await pass(5)
    expect(hand.heard.map(summary)).toEqual(['DATA 1, 512 bytes', 'DATA 2, 512 bytes', 'DATA 3, 512 bytes'])
  })

  it('goes back to the block after one acknowledged within a window', async () => {
    await start({ file: pattern(50_000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file', windowSize: 4 })
    await pass(5)
    hand.acknowledge(0)
    await pass(5)
    hand.heard.length = 0
    hand.acknowledge(2)
    await pass(5)
    expect(hand.heard.map((packet) => packet.type === 'data' && packet.block)).toEqual([3, 4, 5, 6])
  })

  it('sends a window again when its first block is told to be missing, but only once', async () => {
    await start({ file: pattern(50_000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file', windowSize: 4 })
    await pass(5)
    hand.acknowledge(0)
    await pass(5)
    hand.acknowledge(4)
    await pass(5)
    hand.heard.length = 0
    hand.acknowledge(4)
    hand.acknowledge(4)
    hand.acknowledge(4)
    await pass(5)
    expect(hand.heard.map((packet) => packet.type === 'data' && packet.block)).toEqual([5, 6, 7, 8])
  })

  it('ignores ACKs of blocks that were never sent', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    for (const block of [2, 9, 65535]) hand.acknowledge(block)
    await pass(5)
    expect(hand.heard.length).toBe(1)
  })
})

describe('how a transfer ends', () => {
  it.each([
    [8, 'User aborted the transfer'],
    [0, 'TFTP Aborted'],
  ])('a look at the size that error %i ends is no failure', async (code, text) => {
    await start({ 'pxelinux.0': pattern(42430) })
    const hand = new Hand(link)
    hand.ask({ file: 'pxelinux.0', options: { tsize: '0' } })
    await pass(5)
    expect(hand.heard.map(summary)).toEqual(['OACK tsize=42430'])
    hand.error(code, text)
    await pass(5)
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'size-check', bytes: 0 }])
  })

  it('error 0 in place of the last ACK is a complete transfer', async () => {
    await start({ file: pattern(600) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    hand.acknowledge(1)
    await pass(5)
    hand.error(0, '')
    await pass(5)
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'complete', bytes: 600 }])
  })

  it('an error on the way is told with its text', async () => {
    await start({ file: pattern(6000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    hand.acknowledge(1)
    hand.error(3, 'Disk full')
    await pass(5)
    expect(of('transfer-ended')).toMatchObject([
      { outcome: 'client-stopped', text: 'error 3: Disk full', bytes: 512 },
    ])
  })

  it('a ROM that starts its file without a last ACK is silent, unless it goes on to another file', async () => {
    await start({ loader: pattern(600), kernel: pattern(10) })
    const silent = new Hand(link, { address: '10.77.0.60' })
    const busy = new Hand(link)
    for (const hand of [silent, busy]) {
      hand.ask({ file: 'loader' })
      await pass(5)
      hand.acknowledge(1)
    }
    await pass(5)
    void fetchFile(link, { file: 'kernel', port: 2071 })
    await pass(20_000)
    const ended = of('transfer-ended').filter(({ bytes }) => bytes !== 10)
    expect(ended.map(({ client, outcome }) => ({ client, outcome }))).toEqual(
      expect.arrayContaining([
        { client: undefined, outcome: 'silent' },
        { client: CLIENT_MAC, outcome: 'complete' },
      ]),
    )
  })

  it('stopping the server tells the client', async () => {
    await start({ file: pattern(6000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    server.close()
    await pass(5)
    expect(hand.last).toMatchObject({ type: 'error', text: 'The server was stopped.' })
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'failed' }])
    expect(link.conversations).toBe(0)
  })
})

describe('requests', () => {
  it('a repeated one does not start a second transfer', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    hand.ask({ file: 'file' })
    await pass(5)
    hand.ask({ file: 'file' })
    await pass(5)
    expect(hand.heard.length).toBe(1)
    expect(link.conversations).toBe(1)
  })

  it('the same one after a silence is that of a machine switched on again', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link)
    hand.ask({ file: 'file' })
    await pass(5)
    hand.acknowledge(1)
    await pass(3000)
    hand.heard.length = 0
    hand.ask({ file: 'file' })
    await pass(5)
    expect(hand.heard.map(summary)).toEqual(['DATA 1, 512 bytes'])
    expect(of('transfer-ended')).toMatchObject([{ outcome: 'silent' }])
    expect(link.conversations).toBe(1)
  })

  it('one that overtakes the last ACK of the transfer before it is served', async () => {
    await start({ menu: pattern(5), kernel: pattern(7) })
    const hand = new Hand(link)
    for (const file of ['menu', 'menu', 'kernel']) {
      hand.ask({ file })
      hand.acknowledge(1)
      await pass(50)
    }
    expect(hand.heard.map(summary)).toEqual(['DATA 1, 5 bytes', 'DATA 1, 5 bytes', 'DATA 1, 7 bytes'])
  })

  it('one for a missing file is told with what the chain knows of it', async () => {
    await start({ 'com.apple.Boot.plist': pattern(5) })
    const hand = new Hand(link)
    hand.ask({ file: 'com.apple.boot.plst' })
    hand.ask({ file: 'pxelinux.cfg/C0A8' })
    await pass(5)
    expect(hand.heard).toMatchObject([{ code: 1 }, { code: 1 }])
    expect(of('file-missing')).toMatchObject([
      { client: CLIENT_MAC, file: 'com.apple.boot.plst', expected: false, nearest: 'com.apple.Boot.plist' },
      { file: 'pxelinux.cfg/C0A8', expected: true },
    ])
  })

  it('one to write is refused: the server only reads', async () => {
    await start({ file: pattern(5) })
    const hand = new Hand(link)
    hand.raw(encodePacket({ type: 'write-request', file: 'file', mode: 'octet', options: [] }), 69)
    await pass(5)
    expect(hand.last).toMatchObject({ type: 'error', code: 2 })
    expect(of('request-refused')).toMatchObject([{ client: CLIENT_MAC, file: 'file' }])
  })

  it('one in mail mode is refused', async () => {
    await start({ file: pattern(5) })
    const hand = new Hand(link)
    hand.ask({ file: 'file', mode: 'mail' })
    await pass(5)
    expect(hand.last).toMatchObject({ type: 'error', code: 4 })
  })

  it('of one client are bounded, and others are served meanwhile', async () => {
    await start({ file: pattern(5000) }, { transfers: 4, transfersPerClient: 3 })
    for (let port = 1; port <= 4; port++) new Hand(link, { port }).ask({ file: 'file' })
    await pass(5)
    expect(link.conversations).toBe(3)
    expect(of('request-refused')).toMatchObject([{ client: CLIENT_MAC }])
    const others = [1, 2].map((port) => new Hand(link, { port, address: '10.77.0.51' }))
    for (const other of others) other.ask({ file: 'file' })
    await pass(5)
    expect(others.map(({ last }) => last?.type)).toEqual(['data', 'error'])
  })

  it('from beyond the link get no answer at all', async () => {
    await start({ file: pattern(5000) })
    const hand = new Hand(link, { address: '192.0.2.9' })
    hand.ask({ file: 'file' })
    hand.ask({ file: 'missing' })
    hand.raw(Buffer.from('\0\x01'), 69)
    await pass(1000)
    expect(hand.heard).toEqual([])
    expect(link.sent).toBe(0)
  })
})

describe('hostile names', () => {
  const hostile = [
    '../file',
    '..\\file',
    '%2e%2e/file',
    'a/../file',
    '/etc/passwd',
    '../../../../etc/passwd',
    'C:\\boot.ini',
    'C:/boot.ini',
    '\\\\host\\share\\file',
    'file\u202e',
    'NUL',
    'con',
    '.',
    '/',
    '__proto__',
    'x'.repeat(1400),
  ]

  it('reach nothing that is not in the tree', async () => {
    await start({ 'boot.img': pattern(5) })
    const hand = new Hand(link)
    for (const file of hostile) hand.ask({ file })
    await pass(5)
    expect(hand.heard.length).toBe(hostile.length)
    for (const packet of hand.heard) expect(packet).toMatchObject({ type: 'error', code: 1 })
    expect(link.conversations).toBe(0)
  })

  it('of any length, with or without an end, leave the server answering', async () => {
    await start({ file: pattern(5) })
    const hand = new Hand(link)
    for (const length of [1, 100, 511, 1499, 9000, 65_000]) {
      hand.raw(Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(length, 65)]), 69)
      hand.raw(Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(length, 65), Buffer.from('\0octet\0')]), 69)
    }
    hand.raw(Buffer.from('\0\x01file\0..\0octet\0'), 69)
    await pass(5)
    for (const packet of hand.heard) expect(packet.type).toBe('error')
    const fetched = fetchFile(link, { file: 'file' })
    await pass(10)
    expect(await fetched).toEqual(pattern(5))
  })

  it('do not fill the journal', async () => {
    await start({ file: pattern(5) })
    const hand = new Hand(link)
    for (let count = 0; count < 400; count++) hand.ask({ file: `${count}`.padEnd(1000, 'x') })
    await pass(5)
    expect(of('file-missing').length).toBeLessThanOrEqual(200)
    for (const event of of('file-missing')) expect(event.file.length).toBeLessThan(300)
  })
})
