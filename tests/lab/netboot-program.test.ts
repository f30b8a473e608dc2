import { copyFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { debianFile } from '../../build/peers.mjs'
import { findMultiboot } from '../../electron/formats/multiboot.ts'
import { noVirtualTarget } from './bootwire.ts'
import { until } from './namespaces.ts'
import { calledAs, netboot0, NetbootLab, netbootMb, withoutPxe } from './netboot.ts'
import { unless } from '../skipping.ts'

/** Program and version in the header of a call (RFC 5531 section 9). */
const callOfNfs = (version: number) => Buffer.from([0, 1, 0x86, 0xa3, 0, 0, 0, version])

describe('NetBoot', unless(noVirtualTarget()), () => {
  const lab = new NetbootLab()
  afterEach(() => lab.clear())
  afterAll(() => lab.close())

  it('fits what every PXE ROM loads', () => {
    expect(statSync(netboot0).size).toBeLessThanOrEqual(32 * 1024)
  })

  it('is a network boot program to iPXE, which takes all with a MultiBoot header for a kernel', () => {
    expect(findMultiboot(readFileSync(netbootMb))).toBeDefined()
    expect(findMultiboot(readFileSync(netboot0))).toBeUndefined()
  })

  it('tells of its file when that was damaged on the way, and leaves the machine to its firmware', async () => {
    const damaged = readFileSync(netboot0)
    damaged[damaged.length - 1000]! ^= 1
    const files = { 'netboot.0': damaged }
    const { target } = await lab.start({ files, machine: { nic: 'virtio-net-pci' } })
    await target.hear('NetBoot: the file was damaged on its way here.')
    await until('the next boot device', () => target.firmware.includes('No bootable device.'))
  })

  it('boots kernels by NFS from its prompt, is back when they return, and leaves when told to', async () => {
    const capture = join(lab.folder, 'capture.pcapng')
    const { target, served, run } = await lab.start({ capture })
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
      const { target, run } = await lab.start({ machine: { nic }, faults: 'loss=5%,seed=3' })
      await target.hear('NetBoot> ')
      expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
      expect(await run('10.77.0.1:/kernels/large')).toContain('Returning.')
      expect(await run('tftp@10.77.0.1:/netboot.0')).toContain('There is no MultiBoot header')
    },
  )

  it('reads a kernel whose fragments overtake each other and come twice', async () => {
    const machine = withoutPxe()
    const { target, run } = await lab.start({ machine, faults: 'duplicate=5%,reorder=5,seed=3' })
    await target.hear('NetBoot> ')
    for (const version of [2, 3])
      expect(await run(`nfs${version}@10.77.0.1:/kernels/large`)).toContain('Returning.')
  })

  it('is a MultiBoot kernel itself, for a machine without any PXE', async () => {
    const { target, run } = await lab.start({ machine: withoutPxe('-h -f') })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/returning one')).toMatch(calledAs('returning', '-h -f -- one'))
    // One in the other, which then has the caller's options, and goes back to it.
    expect(await run('10.77.0.1:/kernels/netboot.mb -h --')).toContain('NetBoot metakernel')
    expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    expect(await run('10.77.0.1:/kernels/returning')).toMatch(calledAs('returning', '-f --'))
    expect(await run('quit')).not.toContain('NetBoot metakernel')
    expect(await run('10.77.0.1:/kernels/returning -h X=y -- one')).toMatch(
      calledAs('returning', '-f X=y -- one'),
    )
  })

  it('loads the driver out of a PXE ROM that did not boot', async () => {
    const more = ['-kernel', netbootMb, '-device', 'virtio-net-pci,netdev=n']
    const { target, run } = await lab.start({ machine: { nic: 'none', more } })
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
    const { target, run } = await lab.start({ machine: { nic }, files, bootFile: 'pxelinux.0' })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    expect(await run('10.77.0.1:/kernels/returning')).toMatch(calledAs('returning', '-f --'))
  })

  it('does what netboot.cfg says, as often as it says, until a key is pressed', async () => {
    const script = [
      '# What this machine does by itself',
      '',
      'loop 2 10.77.0.1:/kernels/trampling',
      'wait 1',
      'loop 1000 10.77.0.1:/kernels/returning',
      'quit',
    ]
    const files = { 'nb/netboot.0': netboot0, 'nb/netboot.cfg': Buffer.from(script.join('\r\n')) }
    const { target } = await lab.start({
      files,
      bootFile: 'nb/netboot.0',
      machine: { nic: 'virtio-net-pci' },
    })
    const first = await target.hear('Run 5 of 1000')
    expect(first.match(/are trampled on\. Returning\./g)).toHaveLength(2)
    expect(first).toContain('Press a key within 1 seconds for the prompt.')
    target.type(' ')
    const rest = await target.hear('NetBoot> ')
    expect(rest).toMatch(/Stopped by a key after \d+ of 1000 runs\./)
    expect(target.firmware).not.toContain('No bootable device.')
  })

  it('follows the file that the server names instead, and says so when there is none', async () => {
    const files = {
      'nb/netboot.cfg': Buffer.from('quit'),
      'machines/this.cfg': Buffer.from('wait 2\nloop 2 10.77.0.1:/kernels/returning\nwait 3600'),
    }
    const served = { files, bootFile: 'nb/netboot.0', machine: withoutPxe() }
    const { target } = await lab.start({ ...served, configurationFile: '/machines/this.cfg' })
    expect(await target.hear('Press a key within 3600')).toMatch(
      /Following machines\/this\.cfg\r\nNetBoot> wait 2\r[^]*Run 2 of 2\r[^]*Returning\./,
    )
    target.type(' ')
    await target.hear(/NetBoot> $/)
    const { target: other } = await lab.start({ ...served, configurationFile: 'gone.cfg' })
    expect(await other.hear('NetBoot> ')).toContain("Can't read nb/gone.cfg, which the server named: ")
  })

  it('has the keyboard and the firmware again after a kernel that had interrupts by the APICs', async () => {
    const { target, run } = await lab.start({ machine: { nic: 'virtio-net-pci' } })
    await target.hear('NetBoot> ')
    expect(await run('10.77.0.1:/kernels/rerouting')).toContain('some wait. Returning.')
    expect(await run('10.77.0.1:/kernels/returning')).toContain('Returning.')
    await target.press('q', 'u', 'i', 't', 'ret')
    await until('the next boot device', () => target.firmware.includes('No bootable device.'))
  })

  it('is there again after a kernel that crashed the machine', async () => {
    const { target } = await lab.start({ machine: { nic: 'virtio-net-pci' } })
    await target.hear('NetBoot> ')
    target.type('10.77.0.1:/kernels/faulting\r')
    await target.hear('Faulting sample kernel')
    expect(await target.hear('NetBoot> ')).toContain('NetBoot metakernel')
  })

  it.for([
    {
      title: 'Xen, which comes as gzip',
      package: 'xen-hypervisor-4.17-amd64',
      file: 'boot/xen-4.17-amd64.gz',
      more: ['-cpu', 'max'],
      options: 'com1=115200,8n1 console=com1 noreboot --',
      last: 'dom0 kernel not specified',
    },
    {
      title: 'GNU Mach, which runs elsewhere than it is loaded',
      package: 'gnumach-image-1.8-486:i386',
      file: 'boot/gnumach-1.8-486.gz',
      more: [],
      options: 'console=com0 --',
      last: 'No bootstrap code loaded with the kernel!',
    },
  ])('boots $title', async ({ package: name, file, more, options, last }, { skip }) => {
    const found = await debianFile(name, file)
    if ('reason' in found) return skip(found.reason)
    copyFileSync(found.path, join(lab.folder, 'kernels', 'foreign'))
    const machine = withoutPxe()
    const { target } = await lab.start({
      machine: { ...machine, memory: 512, more: [...(machine.more ?? []), ...more] },
    })
    await target.hear('NetBoot> ')
    target.type(`10.77.0.1:/kernels/foreign ${options}\r`)
    await target.hear(last, 90)
  })
})
