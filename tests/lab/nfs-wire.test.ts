import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { ServedTree } from '../../electron/chains/tree.ts'
import type { Happening } from '../../electron/clients/events.ts'
import { parseFaults } from '../../electron/link/faults.ts'
import { Wire } from '../../electron/link/wire/wire.ts'
import { Machine } from '../../electron/machine/machine.ts'
import { DhcpServer } from '../../electron/servers/dhcp/server.ts'
import { startNfsServer } from '../../electron/servers/nfs/server.ts'
import { startTftpServer } from '../../electron/servers/tftp/server.ts'
import { until } from './namespaces.ts'
import { noVirtualTarget } from './bootwire.ts'
import { unless } from '../skipping.ts'

const hello = buildTargets().find(({ name }) => name === 'samples/hello')!.path

const SCRIPT = '#!ipxe\nkernel nfs://10.77.0.1/kernels/hello.elf by nfs && boot || echo Not booted\n'

describe('iPXE on the virtual cable', unless(noVirtualTarget()), () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  it.each([
    ['a good cable', undefined],
    ['a cable that loses one frame in fifty', 'loss=2%,seed=7'],
  ])('boots a MultiBoot kernel by NFS over TCP, on %s', async (_, faults) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-wire-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'kernels'))
    copyFileSync(hello, join(folder, 'kernels', 'hello.elf'))
    const events: Happening[] = []
    const emit = (event: Happening) => void events.push(event)

    const wire = await Wire.create(faults === undefined ? {} : { faults: parseFaults(faults) })
    closers.push(() => wire.close())
    const script = {
      name: 'boot.ipxe',
      content: { kind: 'bytes', bytes: Buffer.from(SCRIPT) },
      origin: 'a test',
    } as const
    const tftp = await startTftpServer(wire, new ServedTree([script]), emit)
    closers.push(() => tftp.close())
    const dhcp = await DhcpServer.start(wire, {
      mode: 'full',
      bootAnswer: () => ({ file: 'boot.ipxe' }),
      emit,
      allow: [],
      fixed: new Map(),
    })
    closers.push(() => dhcp.close())
    const nfs = await startNfsServer(wire, emit, {
      secret: Buffer.alloc(32, 'a secret for tests'),
      exports: [{ path: '/', source: { kind: 'folder', folder } }],
    })
    closers.push(() => nfs.close())
    const machine = await Machine.start({ cable: wire, memory: 128, emit })
    closers.push(() => machine.quit())

    const line = await until(
      'the kernel to speak',
      () => events.find((event) => event.type === 'console-line' && event.line.includes('All is well')),
      40_000,
    )
    expect(line).toBeDefined()
    const said = events.flatMap((event) => (event.type === 'console-line' ? event.line : []))
    expect(said.join('\n')).toContain('by nfs')
    expect(events).toContainEqual(expect.objectContaining({ type: 'nfs-mounted', path: '/kernels' }))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'transfer-started', protocol: 'nfs', file: '/kernels/hello.elf' }),
    )
  })
})
