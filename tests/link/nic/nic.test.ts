import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readInterfaces } from '../../../electron/link/interfaces.ts'
import { LinkError, type Endpoint, type LinkConnection } from '../../../electron/link/link.ts'
import { openNic, type Nic } from '../../../electron/link/nic/nic.ts'
import { onLinux, unless } from '../../skipping.ts'

const loopback = (await readInterfaces()).find(({ kind }) => kind === 'loopback')?.name ?? ''

/** A stranger's socket on loopback that keeps what it hears. */
async function client() {
  const socket = createSocket('udp4')
  const heard: Buffer[] = []
  let wake = () => {}
  socket.on('message', (data) => {
    heard.push(data)
    wake()
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    socket,
    heard,
    endpoint: { address: '127.0.0.1', port: socket.address().port } satisfies Endpoint,
    async hears(count: number): Promise<Buffer[]> {
      while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve))
      return heard
    },
  }
}

async function failure(promise: Promise<unknown>): Promise<LinkError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof LinkError)) throw new Error('A LinkError was expected.', { cause: error })
  return error
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

const noLoopback = loopback === '' ? 'needs a loopback interface' : undefined

describe('a link on a real interface', unless(noLoopback), () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  async function nic(): Promise<Nic> {
    const link = await openNic({ interface: loopback })
    open.push(link)
    return link
  }

  it('knows its address and its largest packet', async () => {
    const link = await nic()
    expect({ address: link.address, prefixLength: link.prefixLength }).toEqual({
      address: '127.0.0.1',
      prefixLength: 8,
    })
    expect(link.mtu).toBeGreaterThanOrEqual(1500)
  })

  it('answers from the port that was asked', async () => {
    const link = await nic()
    const asker = await client()
    open.push(asker.socket)
    const port = await link.open(0, (data, from) => port.send(Buffer.concat([data, data]), from))
    asker.socket.send('ab', port.port, '127.0.0.1')
    const [, from] = (await once(asker.socket, 'message')) as [Buffer, Endpoint]
    expect(asker.heard).toEqual([Buffer.from('abab')])
    expect(from.port).toBe(port.port)
  })

  it('does not fail on a datagram that cannot be answered', async () => {
    const link = await nic()
    const port = await link.open(0, () => undefined)
    expect(() => port.send(Buffer.from('x'), { address: '127.0.0.1', port: 0 })).not.toThrow()
    port.close()
    expect(() => port.send(Buffer.from('x'), { address: '127.0.0.1', port: 9 })).not.toThrow()
  })

  it('talks to one peer and hears nobody else', async () => {
    const link = await nic()
    const [friend, stranger] = [await client(), await client()]
    open.push(friend.socket, stranger.socket)
    const heard: string[] = []
    const peer = await link.connect(friend.endpoint, (data) => heard.push(data.toString()))
    peer.send(Buffer.from('hello'))
    expect(await friend.hears(1)).toEqual([Buffer.from('hello')])
    stranger.socket.send('stranger', peer.port, '127.0.0.1')
    friend.socket.send('friend', peer.port, '127.0.0.1')
    await expect.poll(() => heard).toEqual(['friend'])
  })

  it('sends a window as equal datagrams and a shorter last one', async () => {
    const link = await nic()
    const receiver = await client()
    open.push(receiver.socket)
    const peer = await link.connect(receiver.endpoint, () => undefined)
    const data = Buffer.from(Array.from({ length: 100 * 512 + 7 }, (_, index) => index % 251))
    peer.sendSegments(data, 512)
    peer.send(Buffer.alloc(600, 1))
    const heard = await receiver.hears(102)
    expect(heard.map(({ length }) => length)).toEqual([...Array<number>(100).fill(512), 7, 600])
    expect(Buffer.concat(heard.slice(0, 101)).equals(data)).toBe(true)
  })

  it('goes on when a peer has closed its port', async () => {
    const link = await nic()
    const gone = await client()
    const peer = await link.connect(gone.endpoint, () => undefined)
    gone.socket.close()
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(() => peer.send(Buffer.from('anyone?'))).not.toThrow()
      expect(() => peer.sendSegments(Buffer.alloc(2000), 500)).not.toThrow()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    peer.close()
    expect(() => peer.send(Buffer.from('closed'))).not.toThrow()
  })

  it('names the interfaces there are when it is asked for another', async () => {
    const error = await failure(openNic({ interface: 'nosuch0' }))
    expect(error.code).toBe('no-interface')
    expect(error.message).toContain('nosuch0')
    expect(error.remedies).toHaveLength(1)
  })

  it('names the process that has a port', async () => {
    const holder = await client()
    open.push(holder.socket)
    const link = await nic()
    const error = await failure(link.open(holder.endpoint.port, () => undefined))
    expect(error.code).toBe('port-taken')
    expect(error.message).toContain(`UDP port ${holder.endpoint.port}`)
    if (process.platform === 'linux') expect(error.message).toContain(`process ${process.pid}`)
  })

  it('does not share its ports with a program that would', async () => {
    const link = await nic()
    const port = await link.open(0, () => undefined)
    const thief = createSocket({ type: 'udp4', reuseAddr: true })
    open.push(thief)
    thief.bind(port.port, '127.0.0.1')
    const [error] = (await once(thief, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('EADDRINUSE')
  })

  it('closes every descriptor once, over ten thousand conversations', onLinux, async () => {
    const link = await nic()
    const receiver = await client()
    open.push(receiver.socket)
    const before = descriptors()
    for (let round = 0; round < 10_000; round += 1) {
      const peer = await link.connect(receiver.endpoint, () => undefined)
      // A descriptor that were closed twice would sooner or later be this file's.
      if (round % 100 === 0) expect(descriptors()).toBeLessThan(before + 5)
      peer.close()
      peer.close()
    }
    for (let round = 0; round < 1_000; round += 1) (await link.open(0, () => undefined)).close()
    expect(descriptors()).toBe(before)
  })

  describe('streams', () => {
    async function dial(port: number) {
      const socket = connect({ host: '127.0.0.1', port })
      open.push({ close: () => socket.destroy() })
      await once(socket, 'connect')
      return socket
    }

    it('come with the endpoint of who connects, and carry bytes both ways', async () => {
      const link = await nic()
      const accepted: LinkConnection[] = []
      const listener = await link.listen(0, (connection) => accepted.push(connection))
      const socket = await dial(listener.port)
      const connection = await vi.waitUntil(() => accepted[0])
      expect(connection.peer).toEqual({ address: '127.0.0.1', port: socket.localPort })
      socket.write('question')
      expect(String((await once(connection, 'data'))[0])).toBe('question')
      connection.end('answer')
      expect(String((await once(socket, 'data'))[0])).toBe('answer')
    })

    it('are no more taken once the port is closed', async () => {
      const link = await nic()
      const listener = await link.listen(0, () => undefined)
      listener.close()
      await expect(dial(listener.port)).rejects.toThrow('ECONNREFUSED')
    })

    it('tell a port that another program has as what it is', async () => {
      const link = await nic()
      const other = createServer().listen(0, '127.0.0.1')
      open.push(other)
      await once(other, 'listening')
      const { port } = other.address() as AddressInfo
      const { code, message } = await failure(link.listen(port, () => undefined))
      expect(code).toBe('port-taken')
      const owner = process.platform === 'linux' ? `node (process ${process.pid}, ` : 'another program.'
      expect(message).toContain(`TCP port ${port} on ${loopback} is taken by ${owner}`)
    })
  })
})
