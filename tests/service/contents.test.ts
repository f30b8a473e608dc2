import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentsOf } from '../../electron/service/contents.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-contents-'))
  await mkdir(join(folder, 'many'))
  await mkdir(join(folder, 'few', 'deeper'), { recursive: true })
  await Promise.all(
    Array.from({ length: 3000 }, (_, index) => writeFile(join(folder, 'many', `file${index}`), 'ten bytes.')),
  )
  await writeFile(join(folder, 'few', 'deeper', 'kernel'), 'a kernel')
  // A way round in a circle, and one that leads nowhere.
  await symlink('..', join(folder, 'few', 'up'))
  await symlink('nowhere', join(folder, 'few', 'broken'))
})
afterAll(() => rm(folder, { recursive: true }))

const exported = (path: string) =>
  ({ path: '/', source: { kind: 'folder', folder: path }, writable: false, keep: false }) as const
const NO_LIMIT = { entries: 1e6, milliseconds: 60_000 }

describe('what is in an exported folder', () => {
  it('is counted whole, links as what they are, and told by its first names', async () => {
    const told = await contentsOf(exported(folder), NO_LIMIT)
    expect(told).toMatchObject({ files: 3003, bytes: 30_008, isCut: false })
    expect(told.first).toHaveLength(100)
    expect(told.first.slice(0, 4).map(({ name }) => name)).toEqual([
      'few/broken',
      'few/deeper/kernel',
      'few/up',
      'many/file0',
    ])
  })

  it('is counted no further than it may take, and that is told', async () => {
    const told = await contentsOf(exported(join(folder, 'many')), { ...NO_LIMIT, entries: 500 })
    expect(told).toMatchObject({ files: 500, bytes: 5000, isCut: true })
    const late = await contentsOf(exported(folder), { ...NO_LIMIT, milliseconds: 0 })
    expect(late).toEqual({ files: 0, bytes: 0, first: [], isCut: true })
  })

  it('does not keep the boot service from answering while it is counted', async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await contentsOf(exported(folder), NO_LIMIT)
    delay.disable()
    // Nanoseconds; a target waits for a TFTP block longer than this before it asks again.
    expect(delay.max / 1e6).toBeLessThan(250)
  })

  it('leaves out what cannot be read, and is empty for a folder that is gone', async () => {
    expect(await contentsOf(exported(join(folder, 'gone')), NO_LIMIT)).toMatchObject({
      files: 0,
      isCut: false,
    })
    await mkdir(join(folder, 'few', 'closed'))
    await chmod(join(folder, 'few', 'closed'), 0)
    expect(await contentsOf(exported(join(folder, 'few')), NO_LIMIT)).toMatchObject({
      files: 3,
      isCut: false,
    })
  })

  it('is told of files that are in no folder together as well', async () => {
    const file = {
      name: 'root.dmg',
      content: { kind: 'file', path: '/x', size: 7 },
      origin: 'your import',
    } as const
    const source = { kind: 'tree', files: [file] } as const
    expect(await contentsOf({ path: '/', source, writable: true, keep: false })).toEqual({
      files: 1,
      bytes: 7,
      first: [{ name: 'root.dmg', size: 7 }],
      isCut: false,
    })
  })
})
