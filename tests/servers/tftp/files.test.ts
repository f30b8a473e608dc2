import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ServedTree } from '../../../electron/chains/tree.ts'
import type { Happening } from '../../../electron/clients/events.ts'
import { startTftpServer, type TftpServer } from '../../../electron/servers/tftp/server.ts'
import { fetchFile, Hand, pattern } from './client.ts'
import { FakeLink } from './fake-link.ts'

let folder: string
let path: string
let link: FakeLink
let server: TftpServer
let events: Happening[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-tftp-'))
  path = join(folder, 'kernel')
  await writeFile(path, pattern(600_000))
  link = new FakeLink(() => [0])
  events = []
  const content = { kind: 'file', path, size: 600_000 } as const
  const tree = new ServedTree([{ name: 'kernel', origin: 'the test', content }])
  server = await startTftpServer(link, tree, (event) => events.push(event))
})
afterEach(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('a file on this computer', () => {
  it('is read while it is served, to many clients at once', async () => {
    const sizes = [512, 1000, 1468]
    const fetched = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) =>
        fetchFile(link, {
          file: 'kernel',
          port: 3000 + index,
          blockSize: sizes[index % 3]!,
          windowSize: index < 3 ? 1 : 16,
        }),
      ),
    )
    for (const bytes of fetched) expect(bytes.equals(pattern(600_000))).toBe(true)
  })

  it('that is gone is an error with its name and the reason', async () => {
    await rm(path)
    await expect(fetchFile(link, { file: 'kernel' })).rejects.toThrow(
      `${path} cannot be opened: it no longer exists.`,
    )
    await vi.waitFor(() => expect(events).toMatchObject([{ type: 'request-refused', file: 'kernel' }]))
  })

  it('that becomes shorter ends its transfer with a sentence about it', async () => {
    const hand = new Hand(link)
    hand.ask({ file: 'kernel' })
    await vi.waitFor(() => expect(hand.heard.length).toBe(1))
    await truncate(path, 1000)
    for (let block = 1; hand.last?.type === 'data' && block < 2000; block++) {
      hand.acknowledge(block)
      await vi.waitFor(() => expect(hand.heard.length).toBeGreaterThan(block), { interval: 1 })
    }
    const text = `${path} cannot be read to its end: it became shorter while it was being served.`
    expect(hand.last).toEqual({ type: 'error', code: 0, text })
    expect(events.at(-1)).toMatchObject({ type: 'transfer-ended', outcome: 'failed', text })
    expect(link.conversations).toBe(0)
  })
})
