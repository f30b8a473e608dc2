import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ChainChoice } from '../../electron/service/commands.ts'
import { planNetbootChoice } from '../../electron/service/planning/netboot.ts'
import { smallKernel } from '../formats/images.ts'

/** What a build puts beside the program, and what a user has. */
const made = vi.hoisted(() => ({ SAMPLES: '', NETBOOT_PROGRAM: '', NETBOOT_IMAGE: '' }))
vi.mock('../../electron/service/resources.ts', () => made)

let folder: string
const at = (...names: string[]) => join(folder, ...names)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-netboot-'))
  Object.assign(made, {
    SAMPLES: at('samples'),
    NETBOOT_PROGRAM: at('netboot.0'),
    NETBOOT_IMAGE: at('netboot.mb'),
  })
  await mkdir(at('samples'))
  await mkdir(at('build', 'i386'), { recursive: true })
  await writeFile(at('netboot.0'), 'program')
  for (const kernel of [
    at('netboot.mb'),
    at('samples', 'crash.elf'),
    at('samples', 'returning.elf'),
    at('build', 'b'),
    at('build', 'a kernel'),
    at('build', 'i386', 'mach'),
    at('mine'),
  ])
    await writeFile(kernel, smallKernel)
  await writeFile(at('build', 'main.o'), 'no kernel')
  await writeFile(at('initrd'), 'a module')
})
afterAll(() => rm(folder, { recursive: true }))

async function plan(choice: object = {}) {
  const context = { address: '10.77.0.1', watchesConsole: true, artefacts: folder, emit: () => {} } as const
  const planned = await planNetbootChoice(ChainChoice.parse({ id: 'netboot', ...choice }), context)
  const commands = planned.hints!.flatMap(({ type }) => (type === undefined ? [] : [type]))
  return { ...planned, commands }
}
const exported = ({ exports = [] }: Awaited<ReturnType<typeof plan>>) =>
  exports.map(({ path, source, watched }) => ({
    path,
    watched,
    of: source.kind === 'folder' ? source.folder : source.files.map(({ name }) => name),
  }))

describe('what NetBoot is offered', () => {
  it("is Bootwire's own samples when nothing is chosen, and the one that comes back is typed twice", async () => {
    const planned = await plan()
    expect(exported(planned)).toEqual([{ path: '/kernels', of: ['returning.elf', 'crash.elf'] }])
    expect(planned.typing?.lines).toEqual(Array(2).fill('10.77.0.1:/kernels/returning.elf'))
    expect(planned.milestones.findLast(({ optional }) => !optional)?.id).toBe('again')
  })

  it('is the folder, watched, with the kernels in it whose names can be typed', async () => {
    const planned = await plan({ folder: at('build') })
    expect(exported(planned)).toEqual([{ path: '/kernels', watched: true, of: at('build') }])
    expect(planned.commands).toEqual(['10.77.0.1:/kernels/b', '10.77.0.1:/kernels/i386/mach'])
  })

  it('suggests the kernel that was chosen of the folder, with its arguments', async () => {
    const kernel = at('build', 'i386', 'mach')
    const { commands } = await plan({ folder: at('build'), kernel, arguments: '-v' })
    expect(commands).toEqual(['10.77.0.1:/kernels/i386/mach -v', '10.77.0.1:/kernels/b'])
  })

  it('is the files that were chosen, with the modules for the first', async () => {
    const modules = [{ path: at('initrd'), arguments: 'root=1' }]
    const planned = await plan({ imports: [at('mine')], modules })
    expect(exported(planned)).toEqual([{ path: '/kernels', of: ['mine', 'initrd'] }])
    expect(planned.commands).toEqual(['10.77.0.1:/kernels/mine --- 10.77.0.1:/kernels/initrd root=1'])
  })

  it('is never read from two places, and never asked for by a name that cannot be typed', async () => {
    await expect(plan({ folder: at('build'), imports: [at('mine')] })).rejects.toThrow(/was chosen beside it/)
    await expect(plan({ folder: at('build'), kernel: at('mine') })).rejects.toThrow(/cannot be asked for/)
    await expect(plan({ folder: at('build'), kernel: at('build', 'a kernel') })).rejects.toThrow(
      /cannot be asked for/,
    )
  })
})

describe("the user's own NetBoot", () => {
  it('is the first MultiBoot image that was given; what else was given are the kernels', async () => {
    const planned = await plan({ profile: 'original', imports: [at('netboot.mb'), at('mine')] })
    expect(planned.files.map(({ name }) => name)).toContain('netboot.mb')
    expect(planned.commands).toEqual(['10.77.0.1:/kernels/mine'])
  })

  it('may be the kernel, beside the folder of kernels', async () => {
    const planned = await plan({ profile: 'original', kernel: at('mine'), folder: at('build') })
    expect(planned.files.map(({ name }) => name)).toContain('mine')
    expect(planned.commands).toHaveLength(2)
  })

  it('is asked for when it is missing', async () => {
    await expect(plan({ profile: 'original' })).rejects.toThrow(/NetBoot of the OSKit is missing/)
  })
})
