import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { readKept } from '../../electron/api/kept.ts'
import { Capture, captureParts } from '../../electron/link/capture.ts'
import { until } from '../lab/namespaces.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))

const CARD = { name: 'target', description: 'a card' }
const LIMIT = 20_000

/** A frame whose source says which one it is, of an EtherType for experiments. */
function frame(number: number): Buffer {
  const bytes = Buffer.alloc(1000)
  bytes.writeUInt32BE(number, 8)
  bytes.writeUInt16BE(0x88b5, 12)
  return bytes
}

/** Writes frames at a pace at which a disk can follow. */
async function record(capture: Capture, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number++) {
    capture.record('outbound', frame(number))
    await sleep(2)
  }
}

async function saved(path: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of readKept({ parts: captureParts(path) })) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** The number in each frame of a file that Wireshark's own reader finds nothing wrong with. */
function numbersIn(pcapng: Buffer): number[] {
  const path = join(folder, 'saved.pcapng')
  writeFileSync(path, pcapng)
  const run = spawnSync('tshark', ['-r', path, '-T', 'fields', '-e', 'eth.src'])
  expect(run.stderr.toString().replace(/Running as user "root".*\n/, '')).toBe('')
  const sources = run.stdout.toString().trim().split('\n')
  return sources.map((source) => parseInt(source.replaceAll(':', ''), 16))
}

const hasTshark = spawnSync('tshark', ['--version']).error === undefined

describe('a capture with a limit', { timeout: 30_000 }, () => {
  it('keeps the newest packets, in order and readable as one file, and says once that it has cut', async ({
    skip,
  }) => {
    if (!hasTshark) skip('tshark is not installed')
    const path = join(folder, 'long.pcapng')
    let cuts = 0
    const capture = await Capture.create({ path, limit: LIMIT, onCut: () => (cuts += 1) }, CARD, () => {})
    await record(capture, 0, 8)
    expect(cuts).toBe(0)
    await record(capture, 8, 72)
    await capture.close()

    expect(cuts).toBe(1)
    const sizes = captureParts(path).map((part) => statSync(part).size)
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1.5 * LIMIT)
    const numbers = numbersIn(await saved(path))
    expect(numbers.at(-1)).toBe(79)
    expect(numbers.length).toBeGreaterThanOrEqual(9)
    expect(numbers).toEqual(numbers.map((_, index) => 80 - numbers.length + index))
  })

  it('holds everything, in one file, as long as there is room', async ({ skip }) => {
    if (!hasTshark) skip('tshark is not installed')
    const path = join(folder, 'short.pcapng')
    const capture = await Capture.create({ path, limit: LIMIT }, CARD, () => {})
    await record(capture, 0, 5)
    await capture.close()
    expect(existsSync(captureParts(path)[1])).toBe(false)
    expect(numbersIn(await saved(path))).toEqual([0, 1, 2, 3, 4])
  })

  it('is copied whole while it goes on', async ({ skip }) => {
    if (!hasTshark) skip('tshark is not installed')
    const path = join(folder, 'copied.pcapng')
    const capture = await Capture.create({ path, limit: LIMIT }, CARD, () => {})
    await record(capture, 0, 15)
    const reading = readKept({ parts: captureParts(path) })
    const pieces = [(await reading.next()).value as Buffer]
    await record(capture, 15, 40)
    for await (const piece of reading) pieces.push(piece)
    await capture.close()
    expect(numbersIn(Buffer.concat(pieces)).slice(0, 15)).toEqual(
      Array.from({ length: 15 }, (_, index) => index),
    )
  })
})

it('says once that a capture can be written no longer, and the session goes on', async ({ skip }) => {
  if (!existsSync('/dev/full')) skip('needs /dev/full')
  const told: string[] = []
  const capture = await Capture.create({ path: '/dev/full' }, CARD, (reason) => told.push(reason))
  await until('the end of the capture', () => told.length > 0)
  await record(capture, 0, 3)
  await capture.close()
  expect(told).toEqual([expect.stringMatching(/\/dev\/full ends here: .*ENOSPC/)])
})
