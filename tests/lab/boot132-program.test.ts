import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noVirtualTarget } from './bootwire.ts'
import { DIRECTORY, KERNEL, MKEXT, beside, program, told, writeImage } from './boot132.ts'
import { ServedWire, Target, type BenchOptions, type TargetOptions } from './target.ts'

const work = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
const loader = program('boot1pxe.0')
const standIn = program('samples/boot')
let image: Buffer

beforeAll(() =>
  writeImage(join(work, 'boot.img')).then(() => void (image = readFileSync(join(work, 'boot.img')))),
)
afterAll(() => rmSync(work, { recursive: true }))

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

type Machine = Omit<TargetOptions, 'wire'> & Omit<BenchOptions, 'files' | 'bootFile'>

/** Boots boot1pxe with these files beside it, and ends when the target has said `until`. */
async function boot(files: Readonly<Record<string, Buffer>>, until: string | RegExp, machine: Machine = {}) {
  const served = await ServedWire.open({
    ...machine,
    files: beside({ boot1pxe: loader, ...files }),
    bootFile: `${DIRECTORY}/boot1pxe`,
  })
  const target = await Target.start({ memory: 192, ...machine, wire: served.wire })
  try {
    await target.hear(until)
    return { said: target.said, events: served.events }
  } finally {
    await target.off()
    await served.close()
  }
}

const STARTED = 'Starting Darwin/x86 (stand-in).'

const WAYS = {
  'from a disk in memory': () => ({ files: { boot: standIn, 'boot.img': image }, device: '80' }),
  'from a disk that is read on demand': () => ({
    files: {
      boot: standIn,
      'boot1pxe.cfg': Buffer.from('way demand\ndisk nfs:10.77.0.1:/boot.img\n'),
    },
    folder: work,
    device: '80',
  }),
  'as files by INT 2Bh': () => ({
    files: { boot: standIn, 'mach.macosx': KERNEL, 'mach.macosx.mkext': MKEXT },
    device: 'e0',
  }),
}

describe('boot1pxe', () => {
  describe.each(Object.entries(WAYS))('gives boot its kernel and extensions %s', (_, way) => {
    it.each(['e1000', 'virtio-net-pci', 'rtl8139', 'pcnet'])(
      'on %s, of whose frames 5 % are lost',
      async (nic) => {
        const { files, device, ...more } = way()
        const { said } = await boot(files, STARTED, { ...more, nic, faults: 'loss=5%,seed=3' })
        expect(said).toContain(`Boot device ${device}.`)
        expect(said).toMatch(new RegExp(told('/mach[._a-z]+', KERNEL)))
        expect(said).toMatch(new RegExp(told('/.*mkext', MKEXT)))
      },
    )
  })
})
