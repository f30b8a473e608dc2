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
  /** Whether its kernel is loaded with MultiBoot modules, each with arguments of its own. */
  readonly modules?: boolean
  /** What the folder chosen for it is for, as a noun phrase; absent when it takes none. */
  readonly folder?: string
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
    modules: true,
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
  },
  {
    id: 'chameleon',
    title: 'PXELINUX → Chameleon → Darwin',
    summary:
      'Starts Darwin by the Chameleon boot loader, from a disk image that Bootwire makes of your kernel and extensions.',
    reach: 'To the running kernel, and its root volume on this computer.',
    needs: [
      'the file boot of a Chameleon build, of version 2.0-RC4 for choice',
      'a kernel of Darwin 8 to 14',
      'its extensions: an mkext, or folders of kexts',
      'boot0 and boot1h, unless those of Bootwire are to be used',
    ],
    steps: [
      { title: 'PXE', origin: 'firmware' },
      { title: 'PXELINUX', origin: 'system' },
      { title: 'Disk image', origin: 'bootwire' },
      { title: 'Chameleon', origin: 'user' },
      { title: 'mach_kernel', origin: 'user' },
      { title: 'NFS root', origin: 'bootwire' },
    ],
    profiles: [
      {
        id: 'memdisk',
        title: 'Disk image by memdisk',
        summary:
          'The image is kept in memory and booted as a disk: no disk in the target, and no key pressed.',
      },
      {
        id: 'ramdisk',
        title: 'MultiBoot with a ramdisk',
        summary:
          'mboot.c32 starts the boot loader with the image as its module. Without a disk in the target it takes a few keys, which are shown.',
      },
      {
        id: 'local',
        title: "MultiBoot, the target's own disk",
        summary: 'mboot.c32 starts the boot loader, which finds Darwin on the first disk of the target.',
      },
    ],
    nfs: 'with-folder',
    folder: 'a root volume for the kernel to mount',
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
  },
]
