import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LibraryStore } from '../../electron/library/store.ts'
import { smallKernel } from '../formats/images.ts'
import { makeDriverFolder } from './kext-folders.ts'

describe('the library', () => {
  let folder: string
  let kernel: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootwire-library-'))
    kernel = join(folder, 'kernel.elf')
    file = join(folder, 'state', 'library.json')
    writeFileSync(kernel, smallKernel)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const states = async (store = new LibraryStore(file)) =>
    Object.fromEntries((await store.list()).map(({ name, state }) => [name, state]))

  it('knows a file again at the next launch', async () => {
    const added = await new LibraryStore(file).add(kernel)
    expect(added).toMatchObject({ path: kernel, kind: 'multiboot-kernel', size: smallKernel.length })
    expect(await new LibraryStore(file).list()).toEqual([added])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('tells of a file that is gone, or another one by now, and that it is back', async () => {
    await new LibraryStore(file).add(kernel)
    rmSync(kernel)
    expect(await states()).toEqual({ 'kernel.elf': 'missing' })
    writeFileSync(kernel, 'another file')
    expect(await states()).toEqual({ 'kernel.elf': 'changed' })
    expect(await states()).toEqual({ 'kernel.elf': 'changed' })
    writeFileSync(kernel, smallKernel)
    expect(await states()).toEqual({ 'kernel.elf': 'present' })
  })

  it('does not take a new time for a new file', async () => {
    await new LibraryStore(file).add(kernel)
    utimesSync(kernel, 1, 1)
    expect(await states()).toEqual({ 'kernel.elf': 'present' })
  })

  it('keeps files that are added at one time, newest first, and each once', async () => {
    const store = new LibraryStore(file)
    const other = join(folder, 'other')
    writeFileSync(other, 'x')
    mkdirSync(join(folder, 'Extensions'))
    await Promise.all([kernel, other, kernel, join(folder, 'Extensions')].map((path) => store.add(path)))
    expect((await store.list()).map(({ name, kind }) => [name, kind])).toEqual([
      ['Extensions', 'folder'],
      ['kernel.elf', 'multiboot-kernel'],
      ['other', 'unknown'],
    ])
    await store.forget(other)
    expect(await states(store)).toEqual({ 'kernel.elf': 'present', Extensions: 'present' })
  })

  it('tells how many kernel extensions a folder has, and which of them cannot be used', async () => {
    const extensions = makeDriverFolder(join(folder, 'Extensions'))
    mkdirSync(join(extensions, 'Broken.kext'))
    expect(await new LibraryStore(file).add(extensions)).toMatchObject({
      description: 'A folder of 4 kernel extensions.',
      warnings: [expect.stringMatching(/^Broken\.kext: .*Info\.plist/)],
    })
    const driver = join(extensions, 'Driver.kext')
    expect(await new LibraryStore(file).add(driver)).toMatchObject({
      description: 'The kernel extension org.example.driver 1.2.3, with 1 plug-in.',
    })
  })

  it('says why a file cannot be had, and keeps the others', async () => {
    const store = new LibraryStore(file)
    await store.add(kernel)
    await expect(store.add(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'not-found' })
    expect(await states(store)).toEqual({ 'kernel.elf': 'present' })
  })

  it('begins anew when its file is damaged', async () => {
    mkdirSync(join(folder, 'state'))
    writeFileSync(file, '{"half": ')
    expect(await states()).toEqual({})
    await new LibraryStore(file).add(kernel)
    expect(await states()).toEqual({ 'kernel.elf': 'present' })
  })

  it('tells how far it has read', async () => {
    const read: number[] = []
    await new LibraryStore(file).add(kernel, (path, bytes, size) => {
      expect([path, size]).toEqual([kernel, smallKernel.length])
      read.push(bytes)
    })
    expect(read.at(-1)).toBe(smallKernel.length)
  })
})
