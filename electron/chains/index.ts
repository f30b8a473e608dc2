/** Who brings a step of a chain: it is in the machine, on this computer, made by Bootwire, or the user's to give. */
export type StepOrigin = 'firmware' | 'system' | 'bootwire' | 'user'

/** One step of a chain's picture, from power-on to the kernel or its root volume. */
export interface ChainStep {
  readonly title: string
  readonly origin: StepOrigin
}

/** One of several ways in which a chain can be carried out. */
export interface ChainProfile {
  readonly id: string
  readonly title: string
  readonly summary: string
}

/** What a person is told of a chain before choosing it. */
export interface ChainDescription {
  readonly id: string
  readonly title: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** How far a target gets by it today, in one sentence. */
  readonly reach: string
  /** What it takes, each as a noun phrase. */
  readonly needs: readonly string[]
  readonly steps: readonly ChainStep[]
  /** The first is the default; empty when there is one way only. */
  readonly profiles: readonly ChainProfile[]
  /** Whether its targets read by NFS: always, or when a folder is chosen for it. */
  readonly nfs: 'always' | 'with-folder' | 'never'
  /** What the folder chosen for it is for, as a noun phrase; absent when it takes none. */
  readonly folder?: string
  readonly status: 'ready' | 'planned'
}

export const chains: readonly ChainDescription[] = [
  {
    id: 'pxelinux',
    title: 'PXELINUX → mboot.c32 → MultiBoot kernel',
    summary:
      'Boots any MultiBoot kernel, with arguments and modules, on a machine with a PXE ROM and legacy BIOS boot.',
    reach: 'To the running kernel.',
    needs: [
      'pxelinux.0, ldlinux.c32, libcom32.c32 and mboot.c32 of one Syslinux version, 6 for choice',
      'a MultiBoot kernel; the sample kernel of Bootwire is used when none is chosen',
    ],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'PXELINUX', origin: 'system' },
      { title: 'mboot.c32', origin: 'system' },
      { title: 'MultiBoot kernel', origin: 'user' },
    ],
    profiles: [],
    nfs: 'never',
    status: 'ready',
  },
  {
    id: 'netboot',
    title: 'NetBoot metakernel → NFS → MultiBoot kernel',
    summary:
      'Boots a metakernel that asks at a prompt which MultiBoot kernel to load by NFS, and comes back for the next.',
    reach: 'Not there yet.',
    needs: [
      'a MultiBoot kernel, or a folder of them; the sample kernels of Bootwire are used when none is chosen',
    ],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'NetBoot', origin: 'bootwire' },
      { title: 'NFS', origin: 'bootwire' },
      { title: 'MultiBoot kernel', origin: 'user' },
      { title: 'NetBoot>', origin: 'bootwire' },
    ],
    profiles: [
      {
        id: 'pxe',
        title: 'By PXE',
        summary: 'The firmware loads netboot.0, which uses the network card as the firmware does.',
      },
      {
        id: 'pxelinux',
        title: 'By PXELINUX',
        summary:
          'PXELINUX and mboot.c32 of this computer load netboot.mb, a MultiBoot image of the same program.',
      },
      {
        id: 'original',
        title: 'Your own NetBoot',
        summary: 'PXELINUX and mboot.c32 load the MultiBoot image of the OSKit that you give.',
      },
    ],
    nfs: 'always',
    folder: 'the folder of your kernels',
    status: 'planned',
  },
  {
    id: 'chameleon',
    title: 'PXELINUX → mboot.c32 → Chameleon → Darwin',
    summary: 'Boots the Chameleon boot loader from memory, which starts Darwin from a disk image.',
    reach: 'Not there yet.',
    needs: ['the Chameleon boot loader', 'a Darwin kernel and its extensions'],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'PXELINUX', origin: 'system' },
      { title: 'Disk image', origin: 'bootwire' },
      { title: 'Chameleon', origin: 'user' },
      { title: 'mach_kernel', origin: 'user' },
      { title: 'NFS root', origin: 'bootwire' },
    ],
    profiles: [],
    nfs: 'with-folder',
    folder: 'a root volume for the kernel to mount',
    status: 'planned',
  },
  {
    id: 'boot132',
    title: 'boot1pxe → boot-132 → Darwin',
    summary: 'Boots Darwin by the PXE port of the boot-132 boot loader, with its root file system on NFS.',
    reach: 'Not there yet.',
    needs: ['a Darwin kernel and its extensions', 'a root file system'],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'boot1pxe', origin: 'bootwire' },
      { title: 'boot-132', origin: 'user' },
      { title: 'mach_kernel', origin: 'user' },
      { title: 'NFS root', origin: 'bootwire' },
    ],
    profiles: [],
    nfs: 'with-folder',
    folder: 'a root volume for the kernel to mount',
    status: 'planned',
  },
]
