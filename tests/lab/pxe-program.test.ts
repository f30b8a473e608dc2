import { statSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { noVirtualTarget } from './bootwire.ts'
import { until } from './namespaces.ts'
import { ServedWire, Target } from './target.ts'
import { unless } from '../skipping.ts'

const program = buildTargets().find(({ name }) => name === 'samples/nbp.0')!.path

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
})
