import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { until } from './namespaces.ts'
import { noVirtualTarget } from './bootwire.ts'
import { type BenchOptions, ServedWire, Target, type TargetOptions } from './target.ts'

const built = new Map(buildTargets().map(({ name, path }) => [name, path]))
const netboot0 = built.get('netboot/netboot.0')!
const netbootMb = built.get('netboot/netboot.mb')!

const folder = mkdtempSync(join(tmpdir(), 'bootwire-netboot-'))
mkdirSync(join(folder, 'kernels'))
for (const name of ['hello', 'returning', 'trampling', 'faulting'])
  copyFileSync(built.get(`samples/${name}`)!, join(folder, 'kernels', name))
writeFileSync(
  join(folder, 'kernels', 'large'),
  Buffer.concat([readFileSync(built.get('samples/returning')!), Buffer.alloc(600_000, 'padding')]),
)
afterAll(() => rmSync(folder, { recursive: true }))

/** Program and version in the header of a call (RFC 5531 section 9). */
const callOfNfs = (version: number) => Buffer.from([0, 1, 0x86, 0xa3, 0, 0, 0, version])

/** A kernel's own line, in which NetBoot's address differs from machine to machine. */
const calledAs = (file: string, rest: string) =>
  new RegExp(`called as "${file} -retaddr 0x[0-9a-f]{8} ${rest} "\\r\\nReturning\\.`)

describe.skipIf(noVirtualTarget() !== undefined)('NetBoot', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  /** Serves the kernels and NetBoot, and switches a target on. */
  async function start({ machine = {}, ...more }: Partial<BenchOptions> & { machine?: TargetOptions } = {}) {
    const served = await ServedWire.open({
      files: { 'netboot.0': netboot0 },
      bootFile: 'netboot.0',
      folder,
      ...more,
    })
    closers.push(() => served.close())
    const target = await Target.start({ wire: served.wire, ...machine })
    closers.push(() => target.off())
    const run = async (line: string) => {
      target.type(`${line}\r`)
      return target.hear('NetBoot> ')
    }
    return { served, target, run }
  }

  it('boots kernels by NFS from its prompt, is back when they return, and leaves when told to', async () => {
    const capture = join(folder, 'capture.pcapng')
    const { target, served, run } = await start({ capture })
    await target.hear('NetBoot> ')
    for (const version of [2, 3]) {
      expect(await run(`nfs${version}@10.77.0.1:/kernels/returning one`)).toMatch(
        calledAs('returning', '-- one'),
      )
      expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    }
    expect(served.of('nfs-mounted')).toHaveLength(4)
    target.type('quit\r')
    await until('the next boot device', () => target.firmware.includes('No bootable device.'))
    await served.close()
    for (const version of [2, 3]) expect(readFileSync(capture).includes(callOfNfs(version))).toBe(true)
  })

  it.each(['virtio-net-pci', 'rtl8139', 'pcnet'])(
    'works by the driver in the PXE ROM of %s, on a cable that loses one frame in twenty',
    async (nic) => {
      const { target, run } = await start({ machine: { nic }, faults: 'loss=5%,seed=3' })
      await target.hear('NetBoot> ')
      expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
      expect(await run('10.77.0.1:/kernels/large')).toContain('Returning.')
      expect(await run('tftp@10.77.0.1:/netboot.0')).toContain('There is no MultiBoot header')
    },
  )

  it('is a MultiBoot kernel itself, for a machine without any PXE', async () => {
    const kernel = ['-kernel', netbootMb, '-append', '-h -f']
    const more = [...kernel, '-device', 'e1000,netdev=n,romfile=']
    const { target, run } = await start({ machine: { nic: 'none', more } })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/returning one')).toMatch(calledAs('returning', '-h -f -- one'))
    expect(await run('10.77.0.1:/kernels/returning -h X=y -- one')).toMatch(
      calledAs('returning', '-f X=y -- one'),
    )
  })

  it('loads the driver out of a PXE ROM that did not boot', async () => {
    const more = ['-kernel', netbootMb, '-device', 'virtio-net-pci,netdev=n']
    const { target, run } = await start({ machine: { nic: 'none', more } })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    expect(await run('10.77.0.1:/kernels/returning')).toMatch(calledAs('returning', '--'))
  })

  it.each(['e1000', 'virtio-net-pci'])('is booted by PXELINUX and mboot.c32, on %s', async (nic) => {
    const modules = '/usr/lib/syslinux/modules/bios'
    const files = {
      'pxelinux.0': '/usr/lib/PXELINUX/pxelinux.0',
      'ldlinux.c32': `${modules}/ldlinux.c32`,
      'libcom32.c32': `${modules}/libcom32.c32`,
      'mboot.c32': `${modules}/mboot.c32`,
      'netboot.mb': netbootMb,
      'pxelinux.cfg/default': Buffer.from('DEFAULT n\nLABEL n\nKERNEL mboot.c32\nAPPEND netboot.mb -f\n'),
    }
    const { target, run } = await start({ machine: { nic }, files, bootFile: 'pxelinux.0' })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    expect(await run('10.77.0.1:/kernels/returning')).toMatch(calledAs('returning', '-f --'))
  })
})
