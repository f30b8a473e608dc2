import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../build/debian.mjs'
import { buildTargets } from '../../build/target.mjs'
import { Bootwire, noVirtualTarget } from './bootwire.ts'
import { Lab, noLab, until } from './namespaces.ts'
import { unless } from '../skipping.ts'

const hello = buildTargets().find(({ name }) => name === 'samples/hello')!.path
const SCRIPT = '#!ipxe\nkernel nfs://10.77.0.1/kernels/hello.elf by nfs && boot || echo Not booted\n'

let folder: string
const closers: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-boot-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'export', 'kernels'), { recursive: true })
  copyFileSync(hello, join(folder, 'export', 'kernels', 'hello.elf'))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true })
})

describe('bootwire export on a real interface', unless(noLab() ?? noVirtualTarget()), () => {
  it("boots a MultiBoot kernel by iPXE beside somebody else's DHCP server", async (context) => {
    if (findProgram('dnsmasq') === undefined) context.skip('dnsmasq is not there (Debian: dnsmasq-base).')
    const lab = new Lab()
    closers.push(() => lab.close())
    const server = lab.computer('server')
    server.tap('eth0')
    server.address('eth0', '10.77.0.1/24')
    const tftp = join(folder, 'tftp')
    mkdirSync(tftp)
    writeFileSync(join(tftp, 'boot.ipxe'), SCRIPT)
    const options = ['-d', '--conf-file=/dev/null', '--port=0', '--leasefile-ro', '--user=root', '--no-ping']
    const dhcp = ['--interface=eth0', '--dhcp-range=10.77.0.10,10.77.0.50', '--dhcp-boot=boot.ipxe']
    server.spawn('dnsmasq', [...options, ...dhcp, '--enable-tftp', `--tftp-root=${tftp}`], {
      stdio: 'ignore',
    })
    const run = new Bootwire(['export', join(folder, 'export'), '--interface', 'eth0'], server)
    closers.push(() => run.stop())
    await run.ready()

    const machine = ['-accel', 'tcg', '-m', '128', '-display', 'none', '-monitor', 'none', '-boot', 'n']
    const cable = ['-netdev', 'tap,id=cable,ifname=eth0,script=no,downscript=no']
    const card = ['-device', 'e1000,netdev=cable', '-serial', 'stdio']
    const target = server.spawn('qemu-system-x86_64', [...machine, ...cable, ...card], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    target.stdout!.on('data', (data) => (said += String(data)))
    await until('the kernel to speak', () => said.includes('All is well'), 60_000)
    expect(said).toContain('by nfs')
    expect(run.of('nfs-mounted')).toContainEqual(expect.objectContaining({ path: '/kernels' }))
    expect(run.client.reached).toHaveProperty('mounted')
    const [read] = run.of('transfer-started')
    expect(read).toMatchObject({ protocol: 'nfs', file: '/kernels/hello.elf' })
  })
})

describe('bootwire try --export', unless(noVirtualTarget()), () => {
  it('boots the target with the folder at its side', async () => {
    const run = new Bootwire(['try', '--export', join(folder, 'export'), '--memory', '128'])
    closers.push(() => run.stop())
    expect(await run.ended).toMatchObject({ status: 0 })
    const [started] = run.of('session-started')
    expect(started?.exports).toEqual([{ path: '/', folder: join(folder, 'export'), writable: false }])
    expect(started?.services.map(({ name }) => name)).toEqual(['TFTP', 'NFS', 'Mount', 'Port mapper', 'DHCP'])
  })
})
