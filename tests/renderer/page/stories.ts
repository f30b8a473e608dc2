/** What the stand-in tells the page: chains, a review, and a boot that is under way. */
import type { BootEvent, Review } from '../../../electron/api/desktop.ts'
import type { Milestone } from '../../../electron/clients/events.ts'
import { chains } from '../../../electron/chains/index.ts'
import type { FakeOptions } from './fake-desktop.ts'

export const TARGET = '52:54:00:12:34:56'

const milestone = (
  id: string,
  title: string,
  trigger: Milestone['trigger'],
  usualSeconds = 3,
): Milestone => ({
  id,
  title,
  trigger,
  usualSeconds,
  advice:
    'If the target shows "Undef symbol FAIL", its files are of different versions: use files of one version.',
})

export const milestones: readonly Milestone[] = [
  milestone('heard', 'Heard', { on: 'heard' }),
  milestone('address', 'Address', { on: 'address' }),
  milestone('pxelinux', 'pxelinux.0', { on: 'transfer-complete', file: 'pxelinux.0' }),
  milestone('memdisk', 'memdisk', { on: 'transfer-complete', file: 'memdisk' }),
  milestone('image', 'Disk image', { on: 'transfer-complete', file: 'puredarwin.img' }),
  milestone('kernel', 'Kernel', { on: 'console', text: 'Darwin Kernel' }, 10),
  milestone('mounted', 'NFS mount', { on: 'mounted' }, 10),
  milestone('root', 'Root', { on: 'console', text: 'BSD root' }, 5),
]

const file = (name: string, size: number, origin: string) => ({
  name,
  size,
  origin,
  sha256: '1f3a9c'.repeat(11).slice(0, 64),
})
const files = [
  file('pxelinux.0', 42_392, 'syslinux-common on this computer'),
  file('memdisk', 26_140, 'syslinux-common on this computer'),
  file('pxelinux.cfg/default', 118, 'made by Bootwire'),
  file('puredarwin.img', 60_100_000, 'made by Bootwire'),
]

export const review: Review = {
  chain: { id: 'chameleon', title: 'Chameleon, disk image by memdisk' },
  link: { name: 'wire', address: '10.77.0.1', prefixLength: 24 },
  services: [
    { name: 'DHCP', port: 67 },
    { name: 'TFTP', port: 69 },
    { name: 'portmap', port: 111 },
    { name: 'NFS', port: 2049 },
  ],
  dhcp: 'full',
  pool: { first: '10.77.0.100', last: '10.77.0.199' },
  allow: [],
  exports: [
    {
      path: '/',
      folder: '/home/ada/darwin/root',
      writable: true,
      contents: {
        files: 10_000,
        bytes: 1_204_000_000,
        first: [
          { name: 'System/Library/Extensions/AppleACPIPlatform.kext/Contents/Info.plist', size: 4120 },
          { name: 'bin/sh', size: 1_306_800 },
          { name: 'etc', size: 0 },
          { name: 'mach_kernel', size: 18_672_224 },
          ...Array.from({ length: 8 }, (_, index) => ({ name: `sbin/tool${index}`, size: 21_000 + index })),
        ],
        isCut: false,
      },
    },
  ],
  files,
  hints: [
    { text: 'The target needs 512 MB of memory: the disk image stays in it.' },
    { text: 'At the prompt of Chameleon, start the kernel by hand with', type: '-v rd=disk0s1' },
  ],
  milestones: [...milestones],
}

export const options: FakeOptions = {
  chains: chains.map((chain) =>
    chain.id === 'boot132'
      ? {
          ...chain,
          profiles: [
            {
              id: 'memory',
              title: 'Disk in memory',
              summary: 'The whole image is fetched once. Needs 512 MB.',
            },
            {
              id: 'demand',
              title: 'Disk on demand',
              summary: 'Sectors are read from here as they are asked for.',
            },
          ],
        }
      : chain,
  ),
  review,
  gives: {
    files: [
      {
        name: 'boot',
        kind: 'boot-loader',
        size: 307_200,
        sha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
        description: 'The boot loader Chameleon 2.0-RC5 r1083, of the boot-132 family.',
        warnings: [
          'Through mboot.c32 this build resets a machine that has no disk. Boot it by memdisk, or take an RC4 build of Chameleon, which behaves best.',
        ],
      },
      {
        name: 'mach_kernel',
        kind: 'mach-o-kernel',
        size: 18_672_224,
        sha256: '7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730',
        description: 'A Darwin kernel, version 9.8.0, for i386.',
      },
    ],
    folder: [
      { name: 'Extensions', kind: 'folder', size: 0, sha256: '', description: 'A folder of 42 kexts.' },
    ],
  },
  missing: {
    chameleon: [
      'boot: Take it from a Chameleon 2.0 package, under /usr/standalone/i386.',
      'a Darwin kernel: Copy mach_kernel from the root of a PureDarwin volume.',
    ],
  },
}

/** A boot as its events, `start` in milliseconds since the epoch; the disk image is under way at the end. */
export function bootUnderWay(start: number, client = TARGET, link = 'wire'): BootEvent[] {
  const at = (seconds: number) => start + seconds * 1000
  const address = '10.77.0.58'
  const fetched = (transfer: number, name: string, size: number, from: number, to: number): BootEvent[] => [
    {
      at: at(from),
      type: 'transfer-started',
      client,
      transfer,
      protocol: 'tftp',
      address,
      file: name,
      size,
      blockSize: 1408,
      windowSize: 1,
    },
    {
      at: at(to),
      type: 'transfer-ended',
      client,
      transfer,
      outcome: 'complete',
      bytes: size,
      seconds: to - from,
      resent: 0,
    },
  ]
  return [
    {
      at: start,
      type: 'session-started',
      chain: 'chameleon',
      chainTitle: 'Chameleon, disk image by memdisk',
      milestones: [...milestones],
      link: { name: link, address: '10.77.0.1', prefixLength: 24, mac: '02:00:00:00:00:01' },
      dhcp: 'full',
      pool: { first: '10.77.0.100', last: '10.77.0.199' },
      allow: [],
      services: [
        { name: 'DHCP', port: 67 },
        { name: 'TFTP', port: 69 },
      ],
      files,
      hints: [{ text: 'At the prompt of Chameleon, start the kernel by hand with', type: '-v rd=disk0s1' }],
    },
    {
      at: at(0.02),
      type: 'dhcp-received',
      client,
      message: 'DISCOVER',
      firmware: 'bios',
      vendorClass: 'PXEClient:Arch:00000',
    },
    {
      at: at(0.03),
      type: 'dhcp-sent',
      client,
      message: 'OFFER',
      address,
      bootFile: 'pxelinux.0',
      proxy: false,
    },
    { at: at(1.02), type: 'dhcp-received', client, message: 'REQUEST', firmware: 'bios' },
    {
      at: at(1.03),
      type: 'dhcp-sent',
      client,
      message: 'ACK',
      address,
      bootFile: 'pxelinux.0',
      proxy: false,
    },
    ...fetched(1, 'pxelinux.0', 42_392, 3.1, 3.13),
    {
      at: at(3.2),
      type: 'file-missing',
      client,
      address,
      file: 'pxelinux.cfg/01-52-54-00-12-34-56',
      expected: true,
    },
    ...fetched(2, 'pxelinux.cfg/default', 118, 3.25, 3.26),
    ...fetched(3, 'memdisk', 26_140, 3.3, 3.32),
    {
      at: at(3.4),
      type: 'transfer-started',
      client,
      transfer: 4,
      protocol: 'tftp',
      address,
      file: 'puredarwin.img',
      size: 60_100_000,
      blockSize: 1408,
      windowSize: 1,
    },
    { at: at(7.2), type: 'transfer-progress', client, transfer: 4, bytes: 42_800_000 },
  ]
}
