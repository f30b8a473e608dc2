import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, type TestContext } from 'vitest'
import { isLocal, lookAtOnce, statsAtOnce } from '../../../../electron/servers/nfs/volume/at-once.ts'
import { readAtOnce } from '../../../../electron/link/native/files.ts'
import * as disk from '../../../../electron/servers/nfs/volume/disk.ts'

let folder: string
let directory: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-at-once-'))
  writeFileSync(join(folder, 'kernel'), 'the kernel', { mode: 0o741 })
  mkdirSync(join(folder, 'boot'))
  symlinkSync('/etc/passwd', join(folder, 'link'))
  directory = openSync(folder, constants.O_RDONLY)
})

afterEach(() => {
  closeSync(directory)
  rmSync(folder, { recursive: true })
})

/** These are calls of Linux, on file systems of this computer. */
function requireLocal(context: TestContext): void {
  if (!isLocal(folder)) context.skip(`${folder} is not on a local file system of Linux`)
}

describe('what the kernel has in memory', () => {
  test('is told as lstat tells it, links not followed', async (context) => {
    requireLocal(context)
    for (const name of ['kernel', 'boot', 'link', '.']) {
      const stats = await disk.lstat(join(folder, name))
      expect(lookAtOnce(directory, name)).toEqual(stats)
    }
    expect(statsAtOnce(directory)).toEqual(await disk.lstat(folder))
  })

  test('is told of devices, by their numbers', async (context) => {
    requireLocal(context)
    const fd = openSync('/dev/null', constants.O_RDONLY)
    expect(statsAtOnce(fd)).toEqual(await disk.fstat(fd))
    expect(statsAtOnce(fd)?.special).toEqual({ major: 1, minor: 3 })
    closeSync(fd)
  })

  test('ends at another file system, and at what is not there', (context) => {
    requireLocal(context)
    expect(lookAtOnce(directory, 'nothing')).toBeUndefined()
    const root = openSync('/', constants.O_RDONLY)
    expect(lookAtOnce(root, 'proc')).toBeUndefined()
    closeSync(root)
  })

  test('is read, up to the end of the file', (context) => {
    requireLocal(context)
    const fd = openSync(join(folder, 'kernel'), 'r')
    const into = Buffer.alloc(16, 0xee)
    expect(readAtOnce(fd, into, 4)).toBe(6)
    expect(into.toString('latin1')).toBe(`kernel${'\xee'.repeat(10)}`)
    closeSync(fd)
    expect(readAtOnce(fd, into, 0)).toBe(0)
  })
})
