import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { PlanError } from '../../electron/chains/chain.ts'
import { PXELINUX_FILES } from '../../electron/chains/pxelinux.ts'
import { ChainChoice } from '../../electron/service/commands.ts'
import { planPxelinuxChoice } from '../../electron/service/planning/pxelinux.ts'
import { smallKernel } from '../formats/images.ts'

const made = vi.hoisted(() => ({ SAMPLE_KERNEL: '', NETBOOT_PROGRAM: '' }))
vi.mock('../../electron/service/resources.ts', () => made)
const findSyslinux = vi.hoisted(() => vi.fn<() => Promise<never>>())
vi.mock('../../electron/library/syslinux.ts', () => ({ findSyslinux }))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-direct-'))
  Object.assign(made, {
    SAMPLE_KERNEL: join(folder, 'hello.elf'),
    NETBOOT_PROGRAM: join(folder, 'netboot.0'),
  })
  await writeFile(made.SAMPLE_KERNEL, smallKernel)
  await writeFile(made.NETBOOT_PROGRAM, 'program')
})
afterAll(() => rm(folder, { recursive: true }))

const missing = (...files: string[]) => new PlanError(files.map((what) => ({ what, remedy: 'Install it.' })))
beforeEach(() => {
  findSyslinux.mockRejectedValue(missing(...PXELINUX_FILES))
})

const plan = (choice: object = {}) =>
  planPxelinuxChoice(ChainChoice.parse({ id: 'pxelinux', ...choice }), {
    address: '10.77.0.1',
    watchesConsole: true,
    artefacts: folder,
    emit: () => {},
  })

describe('a computer without Syslinux', () => {
  it('boots the kernel by NetBoot all the same, and says so', async () => {
    const { files, hints } = await plan()
    expect(files.map(({ name }) => name)).toEqual(['netboot.0', 'netboot.cfg', 'hello.elf'])
    expect(hints?.[0]?.text).toContain('Syslinux is not on this computer')
  })

  it('is told what is missing when Syslinux was asked for', async () => {
    await expect(plan({ profile: 'mboot' })).rejects.toThrow('mboot.c32 is missing')
    await expect(plan({ loaderFolders: [folder] })).rejects.toThrow('mboot.c32 is missing')
  })

  it('is told what is missing when there is a part of Syslinux, which was meant to be whole', async () => {
    findSyslinux.mockRejectedValue(missing('mboot.c32'))
    await expect(plan()).rejects.toThrow('mboot.c32 is missing')
  })
})

it('takes another MultiBoot image for a module where the kernel was chosen, and each module once', async () => {
  const at = (name: string) => join(folder, name)
  for (const name of ['xen', 'bootstrap']) await writeFile(at(name), smallKernel)
  await writeFile(at('ramdisk'), 'a module')
  const served = async (choice: object) => (await plan(choice)).files.slice(2).map(({ name }) => name)
  const all = { imports: [at('xen'), at('bootstrap'), at('ramdisk')] }
  expect(await served(all)).toEqual(['xen', 'bootstrap', 'ramdisk'])
  expect(await served({ ...all, kernel: at('bootstrap') })).toEqual(['bootstrap', 'xen', 'ramdisk'])
  const modules = [{ path: at('ramdisk'), arguments: 'root' }]
  expect(await served({ imports: [at('xen')], kernel: at('bootstrap'), modules })).toEqual([
    'bootstrap',
    'ramdisk',
    'xen',
  ])
})

it('does not look for Syslinux when NetBoot was asked for', async () => {
  findSyslinux.mockClear()
  const { hints } = await plan({ profile: 'direct' })
  expect(hints?.some(({ text }) => text.includes('not on this computer'))).toBe(false)
  expect(findSyslinux).not.toHaveBeenCalled()
})
