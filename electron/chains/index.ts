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
    status: 'ready',
  },
  {
    id: 'netboot',
    title: 'NetBoot metakernel → NFS → MultiBoot kernel',
    summary:
      'Boots a metakernel that asks at a prompt which MultiBoot kernel to load by NFS, and comes back for the next.',
    reach: 'Not there yet.',
    needs: ['a MultiBoot kernel'],
    status: 'planned',
  },
  {
    id: 'chameleon',
    title: 'PXELINUX → mboot.c32 → Chameleon → Darwin',
    summary: 'Boots the Chameleon boot loader from memory, which starts Darwin from a disk image.',
    reach: 'Not there yet.',
    needs: ['the Chameleon boot loader', 'a Darwin kernel and its extensions'],
    status: 'planned',
  },
  {
    id: 'boot132',
    title: 'boot1pxe → boot-132 → Darwin',
    summary: 'Boots Darwin by the PXE port of the boot-132 boot loader, with its root file system on NFS.',
    reach: 'Not there yet.',
    needs: ['a Darwin kernel and its extensions', 'a root file system'],
    status: 'planned',
  },
]
