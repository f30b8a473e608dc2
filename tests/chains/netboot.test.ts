import { describe, expect, it } from 'vitest'
import { ChoiceError, type BootClient } from '../../electron/chains/chain.ts'
import { LONGEST_COMMAND, canBeTyped, netbootCommand } from '../../electron/chains/netboot-commands.ts'
import { planDirect } from '../../electron/chains/netboot-direct.ts'
import { memoryToLoad, originalObstacle } from '../../electron/chains/netboot-original.ts'
import {
  planNetboot,
  planNetbootByPxelinux,
  planOriginalNetboot,
  type Offer,
} from '../../electron/chains/netboot.ts'
import { recognise } from '../../electron/formats/recognise.ts'
import { elf32, multibootHeader, smallKernel } from '../formats/images.ts'

const server = '10.77.0.1'
const content = { kind: 'bytes', bytes: Buffer.alloc(1) } as const
const file = { content, origin: 'test' }
const parts = { 'pxelinux.0': file, 'ldlinux.c32': file, 'libcom32.c32': file, 'mboot.c32': file }
const image = { ...file, name: 'netboot.mb', args: '-h', recognition: recognise(smallKernel) }
const offer: Offer = {
  server,
  exported: { path: '/kernels', source: { kind: 'folder', folder: '/tmp' }, writable: false, keep: false },
  kernels: [
    { name: 'hello.elf', recognition: recognise(smallKernel) },
    { name: 'i386/mach', recognition: recognise(smallKernel) },
  ],
  modules: [{ name: 'initrd', args: 'root=1' }],
  args: '-v',
}
const FIRST = '10.77.0.1:/kernels/hello.elf -v --- 10.77.0.1:/kernels/initrd root=1'
const bios: BootClient = { mac: '52:54:00:12:34:56', firmware: 'bios', protocol: 'dhcp' }
const bootp: BootClient = { mac: '52:54:00:12:34:56', firmware: 'unknown', protocol: 'bootp' }
const typed = ({ hints = [] }: { hints?: readonly { type?: string }[] }) =>
  hints.flatMap(({ type }) => (type === undefined ? [] : [type]))

describe('the plan for NetBoot by PXE', () => {
  const plan = planNetboot(file, offer, { watchesConsole: true })

  it('serves the program alone, exports the kernels, and shows what to type for each', () => {
    expect(plan.files.map(({ name }) => name)).toEqual(['netboot.0'])
    expect(plan.exports).toEqual([offer.exported])
    expect(typed(plan)).toEqual([FIRST, '10.77.0.1:/kernels/i386/mach'])
    const texts = plan.hints!.map(({ text }) => text)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('tells firmware and NetBoot alike what to load and where the kernels are', () => {
    const answer = { file: 'netboot.0', rootPath: '10.77.0.1:/kernels' }
    expect(plan.answer(bios)).toEqual(answer)
    expect(plan.answer(bootp)).toEqual(answer)
    expect(plan.answer({ ...bios, firmware: 'uefi' })).toContain('needs legacy BIOS boot (CSM)')
  })

  it('knows that NetBoot asks for a script and goes on without', () => {
    expect(plan.expectsMiss('netboot.cfg')).toBe(true)
    expect(plan.expectsMiss('netboot.conf')).toBe(false)
  })

  it('types the first command on a virtual target, and twice when the kernel is known to come back', () => {
    expect(plan.typing).toEqual({ prompt: 'NetBoot>', lines: [FIRST] })
    const known = planNetboot(file, { ...offer, known: { says: 'Reached' } }, { watchesConsole: true })
    expect(known.typing?.lines).toEqual([FIRST, FIRST])
    expect(planNetboot(file, offer, { watchesConsole: false }).typing).toBeUndefined()
  })

  it('waits for the second boot of a kernel that comes back, and of others for the first', () => {
    const goal = (known?: { says: string }) =>
      planNetboot(file, { ...offer, ...(known && { known }) }, { watchesConsole: true }).milestones.findLast(
        ({ optional }) => optional !== true,
      )?.id
    expect([goal({ says: 'Reached' }), goal()]).toEqual(['again', 'started'])
  })

  it('says what to type when the folder has no kernel yet', () => {
    expect(typed(planNetboot(file, { ...offer, kernels: [] }, { watchesConsole: true }))).toEqual([
      '10.77.0.1:/kernels/',
    ])
  })
})

describe('the plan for NetBoot by PXELINUX', () => {
  const plan = planNetbootByPxelinux({ parts, image }, offer, { watchesConsole: true })

  it('starts the image by mboot.c32, then goes on as by PXE', () => {
    expect(plan.files.map(({ name }) => name)).toContain('netboot.mb')
    const config = plan.files.find(({ name }) => name === 'pxelinux.cfg/default')?.content
    expect(config?.kind === 'bytes' && Buffer.from(config.bytes).toString()).toContain(
      'APPEND netboot.mb -h\n',
    )
    expect(plan.answer(bios)).toEqual({ file: 'pxelinux.0', rootPath: '10.77.0.1:/kernels' })
    expect(plan.exports).toEqual([offer.exported])
    const ids = plan.milestones.map(({ id }) => id)
    expect(ids.slice(ids.indexOf('netboot'))).toEqual([
      ...['netboot', 'bootp', 'prompt', 'portmap', 'mounted', 'read', 'handed-over', 'started'],
      ...['returned', 'again'],
    ])
    for (const { after } of plan.milestones) if (after !== undefined) expect(ids).toContain(after)
  })
})

describe("the plan for the user's own NetBoot", () => {
  const high = elf32([{ address: 0xc1000000, content: multibootHeader(3) }])
  const large = elf32([{ address: 0x100000, content: multibootHeader(3), memorySize: 5 * 2 ** 20 }])

  it('says which of the kernels the original will refuse, why, and what large ones take', () => {
    const kernels = [
      { name: 'mach', recognition: recognise(high) },
      { name: 'large', recognition: recognise(large) },
    ]
    const plan = planOriginalNetboot({ parts, image }, { ...offer, kernels }, { watchesConsole: true })
    const texts = plan.hints!.map(({ text }) => text)
    expect(texts).toContainEqual(expect.stringMatching(/refuse mach\. It is linked to run at 0xc1000000/))
    expect(texts).toContainEqual(expect.stringMatching(/load large, the original takes 10 MB of memory/))
    expect(plan.typing?.prompt).toBe('>')
  })

  it.each([
    ['a packed one', { kind: 'multiboot-kernel', compressed: true } as const, 'gzip'],
    ['a header across two pieces', { offset: 1000 }, 'pieces of 1 KB'],
  ])('foresees the refusal of %s', (_, change, why) => {
    const found = recognise(smallKernel)
    if (found.kind !== 'multiboot-kernel') throw new Error('no kernel')
    const changed =
      'offset' in change ? { ...found, header: { ...found.header, ...change } } : { ...found, ...change }
    expect(originalObstacle(changed)).toContain(why)
  })

  it('foresees the refusal of what is loaded over the BIOS, and takes a plain kernel', () => {
    const low = elf32([
      { address: 0xff000, content: multibootHeader(3) },
      { address: 0x100000, memorySize: 16 },
    ])
    expect(originalObstacle(recognise(low))).toContain('-n -z noseparate-code')
    expect(
      originalObstacle(recognise(multibootHeader(1 << 16, [0x100000, 0x100000, 0, 0, 0x100020]))),
    ).toContain('a.out')
    expect(originalObstacle(recognise(smallKernel))).toBeUndefined()
    expect(memoryToLoad(recognise(smallKernel))).toBe(0x8000)
  })
})

describe('a kernel straight from TFTP', () => {
  const plan = planDirect({
    program: file,
    server,
    kernel: { ...image, name: 'my kernel', args: '-v  x=1' },
    modules: [{ ...file, name: 'netboot.cfg', args: '' }],
  })

  it('is named in the script with its arguments and modules, under names that are free', () => {
    expect(plan.files.map(({ name }) => name)).toEqual([
      'netboot.0',
      'netboot.cfg',
      'my_kernel',
      '2-netboot.cfg',
    ])
    const script = plan.files[1]!.content
    expect(script.kind === 'bytes' && Buffer.from(script.bytes).toString()).toBe(
      '# Made by Bootwire.\nwait 2\ntftp@10.77.0.1:/my_kernel -v x=1 --- tftp@10.77.0.1:/2-netboot.cfg\n',
    )
    expect(plan.answer(bios)).toEqual({ file: 'netboot.0', configurationFile: 'netboot.cfg' })
  })

  it('is refused when NetBoot cannot start it, and the reason is told', () => {
    const recognition = recognise(elf32([{ address: 0x100000, content: multibootHeader(0x10) }]))
    expect(() =>
      planDirect({ program: file, server, kernel: { ...image, recognition }, modules: [] }),
    ).toThrow(
      'NetBoot cannot start netboot.mb. Its MultiBoot header demands features that NetBoot does not have',
    )
  })
})

describe('a command for NetBoot', () => {
  const command = (args: string) => netbootCommand(server, [{ path: '/kernels/hello.elf', args }])

  it.each(['a --- b', 'line\nbreak', 'Zoë'])('refuses the arguments %j', (args) => {
    expect(() => command(args)).toThrow(ChoiceError)
  })

  it('is as long as NetBoot can take and not longer', () => {
    const room = LONGEST_COMMAND - command('').length - 1
    expect(command('x'.repeat(room))).toHaveLength(LONGEST_COMMAND)
    expect(() => command('x'.repeat(room + 1))).toThrow(String(LONGEST_COMMAND + 1))
  })

  it('cannot name a path with a blank or a letter outside of ASCII', () => {
    expect(['/k/hello.elf', '/k/my kernel', '/k/köln'].map(canBeTyped)).toEqual([true, false, false])
  })
})
