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
    profiles: [
      {
        id: 'mboot',
        title: 'PXELINUX and mboot.c32',
        summary: 'The files of Syslinux on this computer, or those that you give.',
      },
      {
        id: 'direct',
        title: "Bootwire's NetBoot",
        summary: 'Loads kernel and modules by itself: no file of Syslinux is needed.',
      },
    ],
    nfs: 'never',
    status: 'ready',
  },
  {
    id: 'netboot',
    title: 'NetBoot metakernel → NFS → MultiBoot kernel',
    summary:
      'Boots a metakernel that asks at a prompt which MultiBoot kernel to load by NFS, and comes back for the next.',
    reach: 'To the running kernel, and back to the prompt when the kernel ends by its return address.',
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
    status: 'ready',
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
    summary:
      'Boots any boot loader of the boot-132 family by a network boot program of ours, which gives it a disk or files from this computer.',
    reach: 'To the kernel, and to its root volume by NFS.',
    needs: [
      'boot of the boot-132 family, such as Chameleon; a stand-in is used when nothing is chosen',
      'a Darwin kernel, with its extensions as kexts or an mkext, or a whole disk image',
    ],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'boot1pxe', origin: 'bootwire' },
      { title: 'boot-132', origin: 'user' },
      { title: 'mach_kernel', origin: 'user' },
      { title: 'NFS root', origin: 'bootwire' },
    ],
    profiles: [
      {
        id: 'auto',
        title: 'Disk image',
        summary: 'Into memory when it fits, else read on demand: boot1pxe sees the memory of the target.',
      },
      {
        id: 'ramdisk',
        title: 'Disk image in memory',
        summary:
          'The whole disk image is loaded before boot starts, which needs nothing of the network then.',
      },
      {
        id: 'demand',
        title: 'Disk image on demand',
        summary: 'boot starts at once, and what it reads of the disk image is fetched by NFS.',
      },
      {
        id: 'network',
        title: 'Files by name',
        summary: 'For builds with network code of their own: kernel and mkext one by one, by INT 2Bh.',
      },
      {
        id: 'original',
        title: 'Your own boot1pxe',
        summary: 'Serves the boot1pxe that you give, with its files beside it.',
      },
    ],
    nfs: 'always',
    folder: 'a root volume for the kernel to mount',
    status: 'ready',
  },
]
