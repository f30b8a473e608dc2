import { describe, expect, it } from 'vitest'
import { ChainChoice } from '../../../electron/service/commands.ts'
import type { LibraryEntry } from '../../../electron/api/desktop.ts'
import {
  kernelFilesOf,
  moved,
  settled,
  usedPaths,
  withArguments,
  withKernel,
  withoutPath,
  withPath,
} from '../../../renderer/state/kernel-files.ts'

const entries = Object.entries({
  xen: 'multiboot-kernel',
  bootstrap: 'multiboot-kernel',
  ramdisk: 'unknown',
  'mboot.c32': 'syslinux-part',
}).map(([path, kind]) => ({ path, kind })) as unknown as LibraryEntry[]

const choice = (change: object = {}) => ChainChoice.parse({ id: 'pxelinux', ...change })
const all = choice({ imports: ['ramdisk', 'mboot.c32', 'xen', 'bootstrap'] })

describe('the files of a MultiBoot kernel', () => {
  it('are what they are by themselves, as the service takes them', () => {
    expect(kernelFilesOf(all, entries)).toEqual({
      kernel: 'xen',
      modules: [
        { path: 'ramdisk', arguments: '' },
        { path: 'bootstrap', arguments: '' },
      ],
      rest: ['mboot.c32'],
    })
    expect(kernelFilesOf(choice(), entries)).toEqual({ kernel: undefined, modules: [], rest: [] })
  })

  it('stay what they were told to be, and what is given later comes last', () => {
    const files = withArguments(kernelFilesOf(all, entries), 1, '-x')
    const told = choice({ ...all, ...settled(files) })
    expect(usedPaths(told)).toEqual(['mboot.c32', 'xen', 'ramdisk', 'bootstrap'])
    const later = choice({ ...told, ...withPath(told, 'more') })
    const known = [...entries, { path: 'more', kind: 'multiboot-kernel' } as LibraryEntry]
    expect(kernelFilesOf(later, known)).toMatchObject({
      kernel: 'xen',
      modules: [{ path: 'ramdisk' }, { path: 'bootstrap', arguments: '-x' }, { path: 'more', arguments: '' }],
    })
    expect(withPath(told, 'xen')).toEqual({})
  })

  it('are used no more when they are taken away, whatever they were', () => {
    const told = choice({ ...all, ...settled(kernelFilesOf(all, entries)) })
    for (const path of ['xen', 'ramdisk', 'mboot.c32']) {
      const less = { ...told, ...withoutPath(told, path) } as ChainChoice
      expect(usedPaths(less)).toEqual(usedPaths(told).filter((one) => one !== path))
    }
  })

  it('change places with what each is told', () => {
    const files = kernelFilesOf(all, entries)
    expect(moved(files, 0, 1).modules.map(({ path }) => path)).toEqual(['bootstrap', 'ramdisk'])
    expect(moved(files, 0, -1)).toBe(files)
    expect(moved(files, 1, 1)).toBe(files)
    const swapped = withKernel(withArguments(files, 1, '-m'), 1, '-k')
    expect(swapped.arguments).toBe('-m')
    expect(swapped.files).toMatchObject({
      kernel: 'bootstrap',
      modules: [{ path: 'ramdisk' }, { path: 'xen', arguments: '-k' }],
    })
  })
})
