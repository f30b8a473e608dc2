import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { beside, DIRECTORY, KERNEL, told, writeImage } from './boot132.ts'
import { noVirtualTarget } from './bootwire.ts'
import { until } from './namespaces.ts'
import { ServedWire, Target } from './target.ts'
import { unless } from '../skipping.ts'

const pathOf = (wanted: string) => buildTargets().find(({ name }) => name === wanted)!.path
const program = pathOf('samples/nbp.0')

describe('a network boot program built on resources/target/pxe', unless(noVirtualTarget()), () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  it.each(['e1000', 'virtio-net-pci'])(
    'finds what firmware left, and gives control back to it, on %s',
    async (nic) => {
      const served = await ServedWire.open({ files: { 'nbp.0': program }, bootFile: 'nbp.0' })
      closers.push(() => served.close())
      const target = await Target.start({ wire: served.wire, nic })
      closers.push(() => target.off())

      const said = await target.hear(/Back to the firmware\./)
      const size = statSync(program).size
      expect(said).toMatch(/ {2}0000000000100000 \+ [0-9a-f]{16} type 1/)
      expect(said).toMatch(
        new RegExp(`nbp\\.0 is ${size} bytes by its size and ${size} as read, in blocks of 14\\d\\d\\.`),
      )
      expect(said).toMatch(/UNDI finds card 52:54:00:12:34:56 at PCI 00:0\d\.0\./)
      const waited = Number(/Waited (\d+) ms/.exec(said)?.[1])
      expect(waited).toBeGreaterThanOrEqual(100)
      expect(waited).toBeLessThan(150)
      await until('the next boot device', () => target.firmware.includes('No bootable device.'))
    },
  )

  describe('where the firmware has PXENV+ alone, as before PXE 2.1', () => {
    /** In front of a program, it takes the newer structure away. */
    function hiding(name: string): Buffer {
      const work = mkdtempSync(join(tmpdir(), 'bootwire-pxenv-'))
      closers.push(() => rmSync(work, { recursive: true }))
      const link = ['-m,elf_i386', '--build-id=none', '-Ttext=0x7c00', '--oformat=binary']
      const sources = ['-o', join(work, 'hiding'), 'tests/lab/programs/without-bang-pxe.S']
      execFileSync('gcc', [
        ...['-m32', '-nostdlib', '-no-pie'],
        ...link.map((option) => `-Wl,${option}`),
        ...sources,
      ])
      return Buffer.concat([readFileSync(join(work, 'hiding')), readFileSync(pathOf(name))])
    }

    it.each(['e1000', 'virtio-net-pci'])('NetBoot has its network, on %s', async (nic) => {
      const folder = mkdtempSync(join(tmpdir(), 'bootwire-pxenv-'))
      closers.push(() => rmSync(folder, { recursive: true }))
      copyFileSync(pathOf('samples/trampling'), join(folder, 'trampling'))
      const files = { 'netboot.0': hiding('netboot/netboot.0') }
      const served = await ServedWire.open({ files, bootFile: 'netboot.0', folder })
      closers.push(() => served.close())
      const target = await Target.start({ wire: served.wire, nic })
      closers.push(() => target.off())
      await target.hear('NetBoot> ')
      target.type('10.77.0.1:/trampling\r')
      expect(await target.hear('NetBoot> ')).toContain('are trampled on. Returning.')
      target.type('quit\r')
      await until('the next boot device', () => target.firmware.includes('No bootable device.'))
    })

    it('boot1pxe starts boot, which reads its disk by the ROM', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'bootwire-pxenv-'))
      closers.push(() => rmSync(folder, { recursive: true }))
      await writeImage(join(folder, 'boot.img'))
      const settings = Buffer.from('way demand\ndisk nfs:10.77.0.1:/boot.img\n')
      const boot = readFileSync(pathOf('samples/boot'))
      const files = beside({ boot1pxe: hiding('boot1pxe.0'), boot, 'boot1pxe.cfg': settings })
      const served = await ServedWire.open({ files, bootFile: `${DIRECTORY}/boot1pxe`, folder })
      closers.push(() => served.close())
      const target = await Target.start({ wire: served.wire, nic: 'virtio-net-pci', memory: 192 })
      closers.push(() => target.off())
      await target.hear('Starting Darwin/x86 (stand-in).')
      expect(target.said).toContain(told('/mach_kernel', KERNEL))
    })
  })
})
