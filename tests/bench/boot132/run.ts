import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../build/debian.mjs'
import { buildImage, bytesEntry } from '../../../electron/library/images/build.ts'
import { noVirtualTarget } from '../../lab/bootwire.ts'
import { pattern } from '../../lab/patterns.ts'
import { Lab, noLab, until } from '../../lab/namespaces.ts'
import { ServedWire, Target } from '../../lab/target.ts'
import { OURS, print, rowOf, type Row } from '../row.ts'

const DIRECTORY = 'bench.nbi/i386'
const MEGABYTE = 1024 * 1024
const IMAGE_SIZE = 60 * MEGABYTE
/** What the stand-in for `boot` writes first. */
const BOOT_STARTED = 'Darwin/x86 boot v5'
const MEMORY = 512
/** Reading on demand has to start so many times sooner than loading the whole image. */
const SOONER = 3

/**
 * Measures how long it takes until `boot` started from a disk image of 60 MB: loaded by boot1pxe from Bootwire, read by it on
 * demand, and loaded by PXELINUX and memdisk from dnsmasq. `target` is the folder of the target programs.
 */
export async function benchBoot132(target: string): Promise<Row[]> {
  const reason = noVirtualTarget()
  if (reason !== undefined) {
    console.log(`boot1pxe is not measured: ${reason}.`)
    return []
  }
  const work = mkdtempSync(join(tmpdir(), 'bootwire-bench-'))
  try {
    await makeFiles(work, (name) => readFileSync(join(target, name)))
    const whole = await byBoot1pxe(work, target, 'way ramdisk\n')
    const demand = await byBoot1pxe(work, target, 'way demand\ndisk nfs:10.77.0.1:/boot.img\n')
    const peer = await byMemdisk(work)
    const values = (ours: number) =>
      new Map([[OURS, ours], ...(peer === undefined ? [] : [['memdisk', peer] as const])])
    return [
      print(perSecond('Power-on to boot, 60 MB image in memory', values(whole.fromPowerOn))),
      print({
        name: 'boot1pxe to boot, 60 MB image on demand',
        unit: 'ms',
        ours: demand.fromProgram,
        peers: { 'in memory': whole.fromProgram },
        limit: whole.fromProgram / SOONER,
      }),
    ]
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** Milliseconds are better when they are less: the row is of boots in an hour. */
function perSecond(name: string, milliseconds: ReadonlyMap<string, number>): Row {
  return rowOf(name, 'boots/h', new Map([...milliseconds].map(([who, one]) => [who, 3_600_000 / one])))
}

/** The image starts by itself as well, as memdisk needs it: boot0, boot1h, and boot on its volume. */
async function makeFiles(work: string, program: (name: string) => Buffer): Promise<void> {
  await buildImage({
    output: join(work, 'boot.img'),
    entries: [
      bytesEntry('boot', program('samples/boot')),
      bytesEntry('mach_kernel', program('samples/mach_kernel')),
      bytesEntry('filler', pattern(IMAGE_SIZE, 1)),
    ],
    volume: { name: 'Bench', identifier: 0n, bootBlocks: program('disk/boot1h') },
    disk: { scheme: 'mbr', bootCode: program('disk/boot0') },
  })
}

/** Milliseconds until `boot` started. */
interface Taken {
  readonly fromPowerOn: number
  /** Since boot1pxe said its first word: without the firmware, which takes as long whatever it loads. */
  readonly fromProgram: number
}

async function byBoot1pxe(work: string, target: string, settings: string): Promise<Taken> {
  const name = (file: string) => `${DIRECTORY}/${file}`
  const served = await ServedWire.open({
    files: {
      [name('boot1pxe')]: join(target, 'boot1pxe.0'),
      [name('boot')]: join(target, 'samples/boot'),
      [name('boot.img')]: join(work, 'boot.img'),
      [name('boot1pxe.cfg')]: Buffer.from(settings),
    },
    bootFile: name('boot1pxe'),
    folder: work,
  })
  const began = performance.now()
  const machine = await Target.start({ wire: served.wire, memory: MEMORY })
  try {
    await machine.hear('boot1pxe', 180)
    const said = performance.now()
    await machine.hear(BOOT_STARTED, 180)
    const started = performance.now()
    return { fromPowerOn: started - began, fromProgram: started - said }
  } finally {
    await machine.off()
    await served.close()
  }
}

/** Undefined, and said, where it cannot be measured. */
async function byMemdisk(work: string): Promise<number | undefined> {
  const dnsmasq = findProgram('dnsmasq')
  const missing = noLab() ? 'it needs root' : dnsmasq === undefined ? 'dnsmasq is not there' : undefined
  if (missing !== undefined || dnsmasq === undefined) {
    console.log(`PXELINUX and memdisk are not measured: ${missing}.`)
    return undefined
  }
  copyFileSync('/usr/lib/PXELINUX/pxelinux.0', join(work, 'pxelinux.0'))
  copyFileSync('/usr/lib/syslinux/modules/bios/ldlinux.c32', join(work, 'ldlinux.c32'))
  copyFileSync('/usr/lib/syslinux/memdisk', join(work, 'memdisk'))
  mkdirSync(join(work, 'pxelinux.cfg'))
  writeFileSync(
    join(work, 'pxelinux.cfg/default'),
    'DEFAULT image\nLABEL image\nKERNEL memdisk\nINITRD boot.img\nAPPEND harddisk raw\n',
  )
  const lab = new Lab()
  try {
    const server = lab.computer('server')
    server.tap('tap0')
    server.address('tap0', '10.77.0.1/24')
    server.spawn(
      dnsmasq,
      [
        ...[
          '--no-daemon',
          '--conf-file=/dev/null',
          '--port=0',
          '--interface=tap0',
          '--bind-interfaces',
          '--no-ping',
        ],
        ...[
          '--dhcp-range=10.77.0.10,10.77.0.20',
          '--dhcp-boot=pxelinux.0',
          '--enable-tftp',
          `--tftp-root=${work}`,
        ],
        ...['--user=root', `--dhcp-leasefile=${join(work, 'leases')}`],
      ],
      { stdio: 'ignore' },
    )
    await until('dnsmasq to listen', async () => (await server.run('ss', ['-Hlnu'])).stdout.includes(':69 '))
    const began = performance.now()
    const machine = server.spawn(
      'qemu-system-x86_64',
      [
        [
          '-no-user-config',
          '-nodefaults',
          '-accel',
          'tcg',
          '-m',
          String(MEMORY),
          '-display',
          'none',
          '-vga',
          'std',
        ],
        ['-netdev', 'tap,id=n,ifname=tap0,script=no,downscript=no', '-device', 'e1000,netdev=n'],
        ['-boot', 'order=n', '-serial', 'stdio'],
      ].flat(),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    let said = ''
    machine.stdout?.setEncoding('latin1').on('data', (text: string) => (said += text))
    try {
      await until('boot to start', () => said.includes(BOOT_STARTED), 180_000)
      return performance.now() - began
    } finally {
      machine.kill('SIGKILL')
      await once(machine, 'exit')
    }
  } finally {
    await lab.close()
  }
}
