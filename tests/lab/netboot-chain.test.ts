import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { debianFile } from '../../build/peers.mjs'
import { buildTargets } from '../../build/target.mjs'
import { milestonesOf } from '../../electron/clients/progress.ts'
import { Bootwire, noVirtualTarget } from './bootwire.ts'

const built = new Map(buildTargets().map(({ name, path }) => [name, path]))
const sample = (name: string) => built.get(`samples/${name}`)!
const folder = mkdtempSync(join(tmpdir(), 'bootwire-chain-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

const KERNELS = '10.77.0.1:/kernels'
/** A card that has its link as soon as firmware opens it, which QEMU's default does not. */
const QUICK_CARD = ['--nic', 'virtio-net-pci']
const netboot = (...parameters: string[]) =>
  new Bootwire(['try', '--chain', 'netboot', '--memory', '128', ...parameters])
const typing = (...lines: string[]) => lines.flatMap((line) => ['--type', line])

describe('bootwire try --chain netboot', () => {
  it('boots a kernel by NFS from the prompt with nothing given, is back when it returns, and boots it again', async () => {
    const run = netboot()
    const { status, stderr } = await run.ended
    expect(stderr).toContain('Booted again')
    expect(status).toBe(0)
    const views = milestonesOf(run.client, run.timeline.session!.milestones)
    expect(views.map(({ state }) => state)).toEqual(views.map(() => 'reached'))
    expect(run.of('session-started')[0]?.hints).toContainEqual(
      expect.objectContaining({ type: `${KERNELS}/returning.elf` }),
    )
    // It asked for no address after the first kernel.
    expect(run.of('dhcp-sent').filter(({ message }) => message === 'BOOTREPLY').length).toBeLessThan(4)
  })

  it('boots by NFS 2 and 3 what is typed, one after the other, arguments and all', async () => {
    const run = netboot(
      ...QUICK_CARD,
      ...typing(`nfs2@${KERNELS}/returning.elf one`, `nfs3@${KERNELS}/trampling.elf`, `${KERNELS}/no.elf`),
      ...typing(`tftp@10.77.0.1:/netboot.0`, `${KERNELS}/returning.elf a=1 -- two`, 'help'),
      ...['--until-text', 'leave NetBoot'],
    )
    expect(await run.ended).toMatchObject({ status: 0 })
    const versions = run.of('nfs-port-asked').filter(({ program }) => program === 'nfs')
    expect(versions.map(({ version }) => version).slice(0, 2)).toEqual([2, 3])
    expect(run.console).toMatch(/called as "returning\.elf -retaddr 0x[0-9a-f]{8} -- one "/)
    expect(run.console).toContain('are trampled on. Returning.')
    expect(run.console).toMatch(/Can't lookup no\.elf: /)
    expect(run.console).toMatch(/called as "returning\.elf -retaddr 0x[0-9a-f]{8} a=1 -- two "/)
    expect(run.of('nfs-lookup-missed')).toMatchObject([{ file: '/kernels/no.elf', expected: false }])
  })

  it('goes by PXELINUX and mboot.c32 as well, and quit leaves the machine to its firmware', async () => {
    const parameters = [...QUICK_CARD, '--profile', 'pxelinux', '--until-text', 'not there']
    const run = netboot(...parameters, ...typing(`${KERNELS}/returning.elf`, 'quit'))
    await run.until('the machine to start over', () =>
      run.of('notice').some(({ text }) => text.includes('reset itself')),
    )
    expect(run.console).toContain('Returning.')
    await run.until(
      'NetBoot for the second time',
      () => run.client.boot === 2 && run.client.reached['prompt'],
    )
    await run.stop()
  })

  it("takes a NetBoot of the user's for the one to start", async () => {
    const image = join(folder, 'my-netboot')
    copyFileSync(built.get('netboot/netboot.mb')!, image)
    const run = netboot(...QUICK_CARD, '--profile', 'original', image)
    expect(await run.ended).toMatchObject({ status: 0 })
    const served = run.of('session-started')[0]!.files.map(({ name }) => name)
    expect(served).toEqual(expect.arrayContaining(['pxelinux.0', 'mboot.c32', 'my-netboot']))
    expect(run.console).toContain('Returning.')
  })

  it('boots the kernel that was built meanwhile, and tells of it', async () => {
    const kernels = join(folder, 'build')
    mkdirSync(kernels)
    copyFileSync(sample('returning'), join(kernels, 'kernel.elf'))
    const line = `${KERNELS}/kernel.elf`
    const run = netboot(
      ...QUICK_CARD,
      '--folder',
      kernels,
      ...typing(line, line),
      '--until-text',
      'trampled on',
    )
    await run.until('the first kernel', () => run.console.includes('Returning.'))
    copyFileSync(sample('trampling'), join(kernels, 'kernel.new'))
    renameSync(join(kernels, 'kernel.new'), join(kernels, 'kernel.elf'))
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.of('notice').map(({ text }) => text)).toContain(
      'kernel.elf was rebuilt: the next boot takes the new one.',
    )
    const ends = run.of('transfer-ended').filter(({ transfer }) => transfer < 0)
    expect(ends.map(({ outcome }) => outcome)).toEqual(['complete', 'complete'])
  })
})

describe('bootwire try --profile direct', () => {
  it('boots a kernel with arguments and modules unattended, with no file of Syslinux', async () => {
    const module = join(process.cwd(), 'package-lock.json')
    const run = new Bootwire([
      ...['try', '--profile', 'direct', '--memory', '128', ...QUICK_CARD],
      ...['--args', '-v rd=en', '--module', `${module} first second`],
    ])
    expect(await run.ended).toMatchObject({ status: 0 })
    expect(run.of('session-started')[0]?.files.map(({ name }) => name)).toEqual([
      'netboot.0',
      'netboot.cfg',
      'hello.elf',
      'package-lock.json',
    ])
    expect(run.console).toMatch(/Command line: hello\.elf .*-v rd=en/)
    expect(run.console).toContain('package-lock.json first second')
    expect(run.console).toContain(`${readFileSync(module).length} bytes, CRC-32`)
    const views = milestonesOf(run.client, run.timeline.session!.milestones)
    expect(views.map(({ state }) => state)).toEqual(views.map(() => 'reached'))
  })
})

describe('kernels of other people, by NFS from the prompt', () => {
  const kernels = join(folder, 'others')
  mkdirSync(kernels)

  it.for([
    {
      name: 'Xen',
      source: ['xen-hypervisor-4.17-amd64', 'boot/xen-4.17-amd64.gz'],
      args: 'com1=115200,8n1 console=com1 noreboot',
      says: 'dom0 kernel not specified',
    },
    {
      name: 'GNU Mach',
      source: ['gnumach-image-1.8-486:i386', 'boot/gnumach-1.8-486.gz'],
      args: 'console=com0',
      says: 'No bootstrap code loaded with the kernel',
    },
  ])('$name boots', async ({ name, source: [source = '', file = ''], args, says }, { skip }) => {
    const found = await debianFile(source, file)
    if ('reason' in found) return skip(found.reason)
    // As a user has it: Xen unpacked, GNU Mach as it is packed.
    const kernel = join(kernels, name.replace(' ', ''))
    const bytes = readFileSync(found.path)
    writeFileSync(kernel, name === 'Xen' ? gunzipSync(bytes) : bytes)
    const run = new Bootwire([
      ...['try', '--chain', 'netboot', '--folder', kernels, '--kernel', kernel],
      ...[...QUICK_CARD, '--args', `${args} --`, '--until-text', says],
    ])
    expect(await run.ended).toMatchObject({ status: 0 })
  })
})
