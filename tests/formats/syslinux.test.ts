import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { recognise } from '../../electron/formats/recognise.ts'
import { unresolvedSymbols } from '../../electron/formats/syslinux-link.ts'
import { fitsTogether, recogniseSyslinux, type SyslinuxPart } from '../../electron/formats/syslinux.ts'

const modules = '/usr/lib/syslinux/modules/bios'
const loader = '/usr/lib/PXELINUX/pxelinux.0'
const installed = existsSync(loader) && existsSync(`${modules}/mboot.c32`)

const part = (rest: Partial<SyslinuxPart>): SyslinuxPart => ({ name: 'module', generation: 'elf', ...rest })

describe('files of Syslinux', () => {
  it('fit together unless something that both tell is different', () => {
    expect(fitsTogether(part({ version: '6.04' }), part({ compiler: 'GCC: 10' }))).toBe(true)
    expect(fitsTogether(part({ version: '6.04' }), part({ version: '6.03' }))).toBe(false)
    expect(fitsTogether(part({ compiler: 'GCC: 10' }), part({ compiler: 'GCC: 6' }))).toBe(false)
    expect(fitsTogether(part({ zlib: '1.2.5' }), part({ zlib: '1.2.11' }))).toBe(false)
    expect(fitsTogether(part({}), part({ generation: 'com32r' }))).toBe(false)
  })
})

describe('the installed Syslinux', () => {
  beforeEach(({ skip }) =>
    skip(!installed, 'the Debian packages pxelinux and syslinux-common are not installed'),
  )

  const read = (name: string) => readFileSync(`${modules}/${name}`)

  it.each(['ldlinux.c32', 'libcom32.c32', 'mboot.c32'])('has a %s, recognised by content', (name) => {
    expect(recognise(read(name))).toMatchObject({ kind: 'syslinux-part', part: { name, generation: 'elf' } })
  })

  it('has a pxelinux.0 that tells its version', () => {
    const found = recogniseSyslinux(readFileSync(loader))
    expect(found).toMatchObject({ name: 'pxelinux.0', generation: 'elf' })
    expect(found?.banner).toMatch(/^PXELINUX 6\.\d\d /)
  })

  it('has menus that are not mistaken for mboot.c32', () => {
    expect(recogniseSyslinux(read('menu.c32'))?.name).toBe('module')
  })

  it('has every symbol that its modules ask for, and a missing module is noticed', () => {
    const names = ['ldlinux.c32', 'libcom32.c32', 'mboot.c32']
    expect(unresolvedSymbols(readFileSync(loader), names.map(read))).toEqual([])
    expect(unresolvedSymbols(readFileSync(loader), [read('mboot.c32')])).toContain('syslinux_add_movelist')
  })

  it('is recognised or refused calmly when damaged', () => {
    const whole = read('mboot.c32')
    fc.assert(
      fc.property(fc.nat(whole.length), fc.array(fc.tuple(fc.nat(400), fc.nat(255))), (length, changes) => {
        const damaged = Buffer.from(whole.subarray(0, length))
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value
        expect(recognise(damaged).description).toMatch(/\.$/)
      }),
    )
  })
})
