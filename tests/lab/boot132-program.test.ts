import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noVirtualTarget } from './bootwire.ts'
import { DIRECTORY, KERNEL, MKEXT, beside, program, told, writeImage } from './boot132.ts'
import { OTHER_SEED, OUR_SEED, patternDisk } from './patterns.ts'
import { until } from './namespaces.ts'
import { ServedWire, Target, type BenchOptions, type TargetOptions } from './target.ts'

const work = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
const standIn = program('samples/boot')
const STARTED = 'Starting Darwin/x86 (stand-in).'
let image: Buffer

beforeAll(async () => {
  await writeImage(join(work, 'boot.img'))
  image = readFileSync(join(work, 'boot.img'))
})
afterAll(() => rmSync(work, { recursive: true }))

beforeEach(({ skip }) => {
  const reason = noVirtualTarget()
  if (reason !== undefined) skip(reason)
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type Machine = Omit<TargetOptions, 'wire'> & Omit<BenchOptions, 'files' | 'bootFile'>

/** Switches a target on that boots boot1pxe, with these files beside it. */
async function powerOn(
  files: Readonly<Record<string, Buffer>>,
  machine: Machine = {},
  atEnd = (close: () => Promise<void>): unknown => closers.push(close),
) {
  const served = await ServedWire.open({
    ...machine,
    files: beside({ boot1pxe: program('boot1pxe.0'), ...files }),
    bootFile: `${DIRECTORY}/boot1pxe`,
  })
  atEnd(() => served.close())
  const target = await Target.start({ memory: 192, ...machine, wire: served.wire })
  atEnd(() => target.off())
  return { served, target }
}

/** The firmware has tried everything there is. */
async function isAtNextDevice(target: Target): Promise<void> {
  await until('the next boot device', () => target.firmware.includes('No bootable device.'))
}

const ON_DEMAND = Buffer.from('way demand\ndisk nfs:10.77.0.1:/boot.img\n')
const WAYS = {
  'from a disk in memory': () => ({ files: { boot: standIn, 'boot.img': image }, device: '80' }),
  'from a disk that is read on demand': () => ({
    files: { boot: standIn, 'boot1pxe.cfg': ON_DEMAND },
    folder: work,
    device: '80',
  }),
  'as files by INT 2Bh': () => ({
    files: { boot: standIn, 'mach.macosx': KERNEL, 'mach.macosx.mkext': MKEXT },
    device: 'e0',
  }),
}

const CARDS = ['e1000', 'virtio-net-pci', 'rtl8139', 'pcnet'] as const
/** Each card and each way at least once; `BOOTWIRE_SOAK=1` tries every card by every way. */
const PAIRS = Object.keys(WAYS)
  .flatMap((way, row) => CARDS.map((nic, column) => ({ way: way as keyof typeof WAYS, nic, row, column })))
  .filter(({ row, column }) => process.env['BOOTWIRE_SOAK'] !== undefined || column % 3 === row)

describe('boot1pxe gives boot its kernel and extensions', () => {
  it.each(PAIRS)('$way on $nic, where one frame of twenty is lost', async ({ way, nic }) => {
    const { files, device, ...more } = WAYS[way]()
    const { target } = await powerOn(files, { ...more, nic, faults: 'loss=5%,seed=3' })
    await target.hear(STARTED)
    expect(target.said).toContain(`Boot device ${device}.`)
    expect(target.said).toMatch(new RegExp(told('/mach[._a-z]+', KERNEL)))
    expect(target.said).toMatch(new RegExp(told('/.*mkext', MKEXT)))
  })

  it('from a disk in memory that was packed with gzip', async () => {
    const { target } = await powerOn({ boot: standIn, 'boot.img': gzipSync(image) })
    await target.hear(STARTED)
    expect(target.said).toContain('Unpacking')
    expect(target.said).toContain(told('/mach_kernel', KERNEL))
    expect(target.said).toContain(told('/Extra/Extensions.mkext', MKEXT))
  })

  it('on demand when the image does not fit into memory beside boot, and says so', async () => {
    const settings = Buffer.from('memory 189\ndisk nfs:10.77.0.1:/boot.img\n')
    const { target } = await powerOn(
      { boot: standIn, 'boot.img': image, 'boot1pxe.cfg': settings },
      { folder: work },
    )
    await target.hear(STARTED)
    expect(target.said).toMatch(/boot\.img is read on demand: the image of \d.* need \d+ MB of memory/)
    expect(target.said).toContain(told('/Extra/Extensions.mkext', MKEXT))
  })
})

describe('the disk of boot1pxe', () => {
  const own = () => patternDisk(2016, OTHER_SEED)

  it.each([
    ['in memory', {}, 'boot.img'],
    ['on demand', { 'boot1pxe.cfg': ON_DEMAND }, undefined],
  ])('%s answers every call of INT 13h beside a disk of the machine', async (_, settings, served) => {
    const disk = patternDisk(20_000, OUR_SEED)
    const folder = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'boot.img'), disk)
    writeFileSync(join(folder, 'own.img'), own())
    const { target } = await powerOn(
      { boot: program('samples/disktest'), ...settings, ...(served === undefined ? {} : { [served]: disk }) },
      {
        memory: 160,
        folder,
        more: ['-drive', `file=${join(folder, 'own.img')},format=raw,if=ide`],
      },
    )
    await target.hear(/\d+ checks, \d+ failed\./, 100)
    expect(target.said.match(/^FAIL .*/gm)).toBeNull()
    expect(target.said).toMatch(/\b37 checks, 0 failed/)
    const free = Number(/(\d+) KB are free above 1 MB/.exec(target.said)?.[1])
    const hidden = served === undefined ? 8 * 1024 : disk.length / 1024
    expect(free).toBeLessThan(159 * 1024 - hidden)
    expect(free).toBeGreaterThan(159 * 1024 - hidden - 6 * 1024)
    await target.hear('boot came back.')
  })
})

describe('boot1pxe says what is wrong, and the next boot device has its turn', () => {
  it('when there is no boot', async () => {
    const { served, target } = await powerOn({})
    await target.hear('The next boot device has its turn.')
    expect(target.said).toContain(`${DIRECTORY}/boot from 10.77.0.1: the server does not have it.`)
    expect(served.of('file-missing').map(({ file }) => file)).toContain(`${DIRECTORY}/boot`)
    await isAtNextDevice(target)
  })

  it('when boot is too large, which the server is told as well', async () => {
    const { served, target } = await powerOn({ boot: Buffer.alloc(460_000, standIn) })
    await target.hear('The next boot device has its turn.')
    expect(target.said).toMatch(/\/boot from 10\.77\.0\.1: its 449 KB are more than the \d+ KB that fit/)
    expect(served.of('transfer-ended').at(-1)).toMatchObject({
      outcome: 'client-stopped',
      text: expect.stringContaining('are more than the') as string,
    })
    await isAtNextDevice(target)
  })

  // Both wait for most of a minute until the program gives up: they do it together.
  it.concurrent('when the cable is pulled in the middle of a file', async ({ onTestFinished }) => {
    const files = { boot: standIn, 'boot.img': patternDisk(80_000, 1) }
    const { served, target } = await powerOn(files, {}, onTestFinished)
    await target.hear(/Loading boot\.img, 39 MB: 10/)
    await target.unplug()
    await target.hear('The next boot device has its turn.')
    expect(target.said).toMatch(/\/boot\.img from 10\.77\.0\.1: the server went silent after \d+ .?B\./)
    await isAtNextDevice(target)
    const ends = () => served.of('transfer-ended').filter(({ outcome }) => outcome === 'silent')
    await until('the server to tell that the target fell silent', () => ends().length === 1, 60_000)
    expect(ends()[0]!.bytes).toBeLessThan(80_000 * 512)
  })

  it.concurrent('when the cable is pulled while boot reads its disk', async ({ onTestFinished }) => {
    const { served, target } = await powerOn(
      { boot: standIn, 'boot1pxe.cfg': ON_DEMAND },
      { folder: work, faults: 'delay=2ms' },
      onTestFinished,
    )
    await target.hear('Boot device 80.')
    await served.wire.close()
    await target.hear('The next boot device has its turn.', 100)
    expect(target.said).toContain('boot came back.')
  })

  it('when the machine has 64 MB, which the server is told as well', async () => {
    const { served, target } = await powerOn({ boot: standIn }, { memory: 64 })
    await target.hear('The next boot device has its turn.')
    expect(target.said).toContain('boot needs 128 MB of memory, and this machine has 64 MB')
    expect(served.of('transfer-ended').at(-1)).toMatchObject({
      outcome: 'client-stopped',
      text: expect.stringContaining('this machine has 64 MB') as string,
    })
    await isAtNextDevice(target)
  })

  it('when a setting is none', async () => {
    const { target } = await powerOn({ boot: standIn, 'boot1pxe.cfg': Buffer.from('way sideways\n') })
    await target.hear('The next boot device has its turn.')
    expect(target.said).toContain('"way sideways" is no setting.')
  })
})
