import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PeerSocket } from '../../../electron/link/link.ts'
import { openNic, type Nic } from '../../../electron/link/nic/nic.ts'
import { onLinux } from '../../skipping.ts'

/** Sends back whatever comes, from a process of its own: one in this process could not answer a wait. */
const ECHO = `
  const socket = require('node:dgram').createSocket('udp4')
  socket.on('message', (data, from) => socket.send(data, from.port, from.address))
  socket.bind(0, '127.0.0.1', () => console.log(socket.address().port))
`

/** Sends `count` numbered datagrams, each when the one before came back; resolves when all did. */
async function exchange(nic: Nic, port: number, count: number): Promise<PeerSocket> {
  const packet = Buffer.alloc(4)
  let finish = () => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))
  let next = 0
  const peer: PeerSocket = await nic.connect({ address: '127.0.0.1', port }, (data) => {
    if (data.readUInt32BE() !== next) return
    packet.writeUInt32BE(++next)
    if (next < count) peer.send(packet)
    else finish()
  })
  peer.send(packet)
  await finished
  return peer
}

describe('receiving without the event loop', onLinux, () => {
  let nic: Nic
  const ends: (() => void)[] = []

  beforeEach(async () => {
    nic = await openNic({ interface: 'lo' })
  })
  afterEach(async () => {
    await nic.close()
    for (const end of ends.splice(0)) end()
  })

  async function startEcho(): Promise<number> {
    const child = spawn(process.execPath, ['-e', ECHO])
    ends.push(() => child.kill())
    const [data] = (await once(child.stdout, 'data')) as [Buffer]
    return Number(data.toString())
  }

  it('keeps timers going while a peer answers at once', async () => {
    const port = await startEcho()
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }, 5)
    await exchange(nic, port, 5000)
    clearInterval(timer)
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThan(200)
  })

  it('serves several peers at once', async () => {
    const ports = await Promise.all([startEcho(), startEcho(), startEcho()])
    await Promise.all(ports.map((port) => exchange(nic, port, 1000)))
  })

  it('gives up waiting for peers that only answer when the event loop turns', async () => {
    const echo = createSocket('udp4').bind(0, '127.0.0.1')
    ends.push(() => echo.close())
    await once(echo, 'listening')
    echo.on('message', (data, from) => echo.send(data, from.port, from.address))
    const started = performance.now()
    await exchange(nic, echo.address().port, 500)
    // Waiting in vain each time would take 2.5 seconds at the least.
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('goes on with the other peers when one is closed in between', async () => {
    const ports = await Promise.all([startEcho(), startEcho()])
    await Promise.all([
      exchange(nic, ports[0], 50).then((peer) => peer.close()),
      exchange(nic, ports[1], 2000),
    ])
    await exchange(nic, ports[0], 50)
  })
})
