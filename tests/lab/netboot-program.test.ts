import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { until } from './namespaces.ts'
import { noVirtualTarget } from './bootwire.ts'
import { ServedWire, Target } from './target.ts'

const built = new Map(buildTargets().map(({ name, path }) => [name, path]))
const netboot0 = built.get('netboot/netboot.0')!

const folder = mkdtempSync(join(tmpdir(), 'bootwire-netboot-'))
mkdirSync(join(folder, 'kernels'))
for (const name of ['hello', 'returning', 'trampling', 'faulting'])
  copyFileSync(built.get(`samples/${name}`)!, join(folder, 'kernels', name))
afterAll(() => rmSync(folder, { recursive: true }))

/** Program and version in the header of a call (RFC 5531 section 9). */
const callOfNfs = (version: number) => Buffer.from([0, 1, 0x86, 0xa3, 0, 0, 0, version])

describe.skipIf(noVirtualTarget() !== undefined)('NetBoot', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  async function start(more: Partial<Parameters<typeof ServedWire.open>[0]> = {}, nic = 'e1000') {
    const served = await ServedWire.open({
      files: { 'netboot.0': netboot0 },
      bootFile: 'netboot.0',
      folder,
      ...more,
    })
    closers.push(() => served.close())
    const target = await Target.start({ wire: served.wire, nic })
    closers.push(() => target.off())
    return { served, target }
  }

  it('boots kernels by NFS from its prompt, is back when they return, and leaves when told to', async () => {
    const capture = join(folder, 'capture.pcapng')
    const { target, served } = await start({ capture })
    await target.hear('NetBoot> ')
    const run = async (line: string) => {
      target.type(`${line}\r`)
      return target.hear('NetBoot> ')
    }
    for (const version of [2, 3]) {
      expect(await run(`nfs${version}@10.77.0.1:/kernels/returning one`)).toMatch(
        /called as "returning -retaddr 0x[0-9a-f]{8} -- one "\r\nReturning\./,
      )
      expect(await run('10.77.0.1:/kernels/trampling')).toContain('are trampled on. Returning.')
    }
    expect(served.of('nfs-mounted')).toHaveLength(4)
    target.type('quit\r')
    await until('the next boot device', () => target.firmware.includes('No bootable device.'))
    await served.close()
    for (const version of [2, 3]) expect(readFileSync(capture).includes(callOfNfs(version))).toBe(true)
  })
})
