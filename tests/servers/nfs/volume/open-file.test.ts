import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as disk from '../../../../electron/servers/nfs/volume/disk.ts'
import { OpenFile } from '../../../../electron/servers/nfs/volume/open-file.ts'

const content = randomBytes(2_500_000)
let folder: string
let path: string
let fd: number
let file: OpenFile

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-open-file-'))
  path = join(folder, 'kernel')
  writeFileSync(path, content)
  fd = openSync(path, 'r')
  file = new OpenFile(fd, await disk.fstat(fd), true)
})

afterEach(() => {
  file.forget()
  closeSync(fd)
  rmSync(folder, { recursive: true })
})

const expected = (offset: number, length: number) => content.subarray(offset, offset + length)

describe('a file that is read', () => {
  test('gives its bytes wherever a read begins and ends, whatever else is lent meanwhile', async () => {
    const aRead = fc.record({ offset: fc.nat(2_600_000), length: fc.nat(1_100_000), keeps: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(aRead, { maxLength: 20 }), async (reads) => {
        const kept: { offset: number; length: number; lent: Awaited<ReturnType<OpenFile['read']>> }[] = []
        for (const { offset, length, keeps } of reads) {
          const lent = await file.read(offset, length, content.length)
          expect(Buffer.concat(lent.pieces).equals(expected(offset, length))).toBe(true)
          if (keeps) kept.push({ offset, length, lent })
          else lent.release()
        }
        // What is lent stays as it is, however much was read after it.
        for (const { offset, length, lent } of kept) {
          expect(Buffer.concat(lent.pieces).equals(expected(offset, length))).toBe(true)
          lent.release()
        }
      }),
      { numRuns: 40 },
    )
  })

  test('front to back by several readers takes no more memory than they have in their hands', async () => {
    const readAll = async () => {
      for (let offset = 0; offset < content.length; offset += 2 ** 20)
        (await file.read(offset, 2 ** 20, content.length)).release()
    }
    await Promise.all([readAll(), readAll(), readAll()])
    const before = process.memoryUsage().arrayBuffers
    for (let round = 0; round < 50; round++) await Promise.all([readAll(), readAll(), readAll()])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20)
  })

  test('that has become shorter gives what is left, and nothing from behind a hole', async () => {
    truncateSync(path, 300_000)
    const lent = await file.read(0, 1_000_000, content.length)
    expect(Buffer.concat(lent.pieces).equals(expected(0, 300_000))).toBe(true)
    lent.release()
  })

  test('is read anew once it was seen to be another', async () => {
    ;(await file.read(0, 1000, content.length)).release()
    const other = randomBytes(3000)
    writeFileSync(path, other)
    const { size } = await file.stats()
    expect(size).toBe(3000n)
    const lent = await file.read(0, 3000, 3000)
    expect(Buffer.concat(lent.pieces).equals(other)).toBe(true)
    lent.release()
  })

  test('tells why when it cannot be read, and can be read again', async () => {
    const broken = new OpenFile(-1, await disk.fstat(fd), false)
    await expect(broken.read(0, 10, content.length)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    const lent = await file.read(0, 10, content.length)
    expect(Buffer.concat(lent.pieces).equals(expected(0, 10))).toBe(true)
    lent.release()
  })
})
