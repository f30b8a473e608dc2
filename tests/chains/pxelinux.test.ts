import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChoiceError } from '../../electron/chains/chain.ts'
import { pxelinuxConfig } from '../../electron/chains/pxelinux-config.ts'
import { servedNames } from '../../electron/chains/pxelinux-names.ts'
import { planPxelinux, type ChosenFile, type PxelinuxParts } from '../../electron/chains/pxelinux.ts'
import { ServedTree } from '../../electron/chains/tree.ts'
import { recognise } from '../../electron/formats/recognise.ts'
import { elf32, multibootHeader, smallKernel } from '../formats/images.ts'

const content = { kind: 'bytes', bytes: Buffer.alloc(1) } as const
const origin = 'test'
const file = { content, origin }
const parts: PxelinuxParts = {
  'pxelinux.0': file,
  'ldlinux.c32': file,
  'libcom32.c32': file,
  'mboot.c32': file,
}
const kernel = { ...file, name: 'hello.elf', args: '', recognition: recognise(smallKernel) }
const module = (name: string, args = ''): ChosenFile => ({ ...file, name, args })
const plan = planPxelinux({ parts, kernel, modules: [module('mach kernel.mkext', 'x=1')] })

describe('the plan for PXELINUX', () => {
  it('serves the loader, its configuration, the kernel and the modules', () => {
    expect(plan.files.map(({ name }) => name)).toEqual([
      'pxelinux.0',
      'ldlinux.c32',
      'libcom32.c32',
      'mboot.c32',
      'pxelinux.cfg/default',
      'hello.elf',
      'mach_kernel.mkext',
    ])
  })

  it('knows every name that a real PXELINUX asks for, as served or as an expected miss', () => {
    const asked = readFileSync(new URL('../fixtures/formats/pxelinux-requests.txt', import.meta.url), 'utf8')
    const tree = new ServedTree(plan.files, (name) => plan.expectsMiss(name))
    for (const name of asked.trim().split('\n')) {
      const found = tree.lookup(name)
      expect([name, found.found || found.expected]).toEqual([name, true])
    }
  })

  it('expects a look-up by the UUID of the machine', () => {
    expect(plan.expectsMiss('pxelinux.cfg/b8945908-d6a6-41a9-611d-74a6ab80b83d')).toBe(true)
  })

  it.each(['pxelinux.cfg/defualt', 'mboot.c32', 'pxelinux.cfg/C0A84D3A0', 'pxelinux.cfg/', 'C0A84D3A'])(
    'does not pass over the missing %s in silence',
    (name) => {
      expect(plan.expectsMiss(name)).toBe(false)
    },
  )

  it('tells a UEFI machine what to change, and any other what to load', () => {
    const client = { mac: '52:54:00:12:34:56', protocol: 'dhcp' } as const
    expect(plan.answer({ ...client, firmware: 'uefi' })).toContain('needs legacy BIOS boot (CSM)')
    expect(plan.answer({ ...client, firmware: 'bios' })).toEqual({ file: 'pxelinux.0' })
    expect(plan.answer({ ...client, protocol: 'bootp', firmware: 'unknown' })).toEqual({ file: 'pxelinux.0' })
  })

  it('has milestones in the order of the boot, with served files and advice', () => {
    const watched = planPxelinux({
      parts,
      kernel,
      modules: [module('a'), module('b')],
      console: { text: '' },
    })
    expect(watched.milestones.map(({ id }) => id)).toEqual([
      'heard',
      'address',
      'pxelinux',
      'ldlinux',
      'config',
      'mboot',
      'kernel',
      'modules',
      'started',
    ])
    const served = watched.files.map(({ name }) => name)
    for (const { trigger, advice } of watched.milestones) {
      if ('file' in trigger) expect(served).toContain(trigger.file)
      expect(advice).toMatch(/^[A-Z].{20,}\.$/)
    }
    expect(watched.milestones.find(({ id }) => id === 'modules')?.trigger).toMatchObject({ file: 'b' })
  })

  it('ends at the kernel when there are no modules and the target cannot be watched', () => {
    expect(planPxelinux({ parts, kernel, modules: [] }).milestones.at(-1)?.id).toBe('kernel')
  })

  it.each([
    ['a text', Buffer.from('text'), 'No MultiBoot header'],
    ['unknown features', elf32([{ address: 0x100000, content: multibootHeader(0x10) }]), 'flags 0x10'],
    ['no load address', multibootHeader(3), 'does not say where to load it'],
    [
      'a segment for its ELF header',
      elf32([{ address: 0xff000, content: multibootHeader(3) }]),
      '-n -z noseparate-code',
    ],
    [
      'another processor',
      elf32([{ address: 0x100000, content: multibootHeader(3) }], { machine: 40 }),
      'processor',
    ],
  ])('refuses a kernel with %s, and says why', (_, bytes, why) => {
    const recognition = recognise(bytes)
    expect(() => planPxelinux({ parts, kernel: { ...kernel, recognition }, modules: [] })).toThrow(why)
  })

  it('takes a flat binary that says where it goes', () => {
    const recognition = recognise(multibootHeader(1 << 16, [0x100000, 0x100000, 0, 0, 0x100020]))
    expect(() => planPxelinux({ parts, kernel: { ...kernel, recognition }, modules: [] })).not.toThrow()
  })
})

describe('the configuration for PXELINUX', () => {
  const config = (args: string) => pxelinuxConfig({ name: 'kernel', args }, [])

  it('starts the kernel at once with its arguments and modules', () => {
    const modules = [
      { name: 'one', args: 'a=1  b' },
      { name: 'two', args: '' },
    ]
    expect(pxelinuxConfig({ name: 'kernel', args: ' console=com1\tnoreboot ' }, modules)).toBe(
      [
        '# Made by Bootwire.',
        'DEFAULT bootwire',
        'PROMPT 0',
        '# A key held at power-on or a failed start ends at a prompt: try again after ten seconds.',
        'TIMEOUT 100',
        '',
        'LABEL bootwire',
        '  KERNEL mboot.c32',
        '  APPEND kernel console=com1 noreboot --- one a=1 b --- two',
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['a line break', 'a\nDEFAULT evil', 'line break'],
    ['a separator', 'a --- b', '"---"'],
    ['a letter outside of ASCII', 'name=Zoë', 'U+00EB'],
    ['a control character', 'a\u0000b', 'U+0000'],
  ])('refuses arguments with %s', (_, args, why) => {
    expect(() => config(args)).toThrow(ChoiceError)
    expect(() => config(args)).toThrow(why)
  })

  it('carries 2047 characters of command and not one more', () => {
    const room = 2047 - 'mboot.c32 kernel '.length
    expect(config('x'.repeat(room))).toContain('x'.repeat(room))
    expect(() => config('x'.repeat(room + 1))).toThrow('2048 characters')
  })

  it('keeps dashes that are part of a word', () => {
    expect(config('---x -v --')).toContain('kernel ---x -v --\n')
  })
})

describe('names on the server', () => {
  it('are plain, and told apart', () => {
    expect(servedNames(['Mach Kernel', 'mach,kernel', 'köln', '-aout', '日本', ''], [])).toEqual([
      'Mach_Kernel',
      '2-mach_kernel',
      'koln',
      'aout',
      'file',
      '2-file',
    ])
  })

  it('do not hide the files of PXELINUX', () => {
    expect(servedNames(['MBOOT.C32'], ['mboot.c32'])).toEqual(['2-MBOOT.C32'])
  })

  it('are safe and different whatever the files are called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 12 }), (names) => {
        const served = servedNames(names, ['mboot.c32'])
        expect(new Set(served.map((name) => name.toLowerCase())).size).toBe(names.length)
        for (const name of served) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,70}$/)
      }),
    )
  })
})
