import type { Milestone } from '../clients/events.ts'
import { firmwareMilestones, loaded } from './firmware-milestones.ts'
import type { Boot132Way } from './boot132-way.ts'
import { KERNEL_BANNER, networkRootMilestones } from './chameleon-milestones.ts'

export interface Boot132Path {
  readonly way: Boot132Way
  /** The full name on the server of a file beside boot1pxe. */
  nameOf(file: string): string
  /** The kernel's and the extensions' names, for a `boot` that asks for them itself. */
  readonly kernel: string
  readonly mkext?: string
  /** What the export with the disk image is mounted as. */
  readonly disk: string
  /** What the root volume is mounted as; absent when the kernel is told none. */
  readonly root?: string
  /** A virtual target's serial port can be seen, and the kernel is one of Darwin. */
  readonly seesKernel: boolean
}

/** From power-on as far as the server can see: the last of a real target is its root volume, mounted by the kernel. */
export function boot132Milestones(path: Boot132Path): Milestone[] {
  return [
    ...firmwareMilestones('boot1pxe', path.nameOf('boot1pxe')).map((milestone) =>
      milestone.id === 'boot1pxe' ? { ...milestone, title: 'boot1pxe' } : milestone,
    ),
    loaded(
      'boot',
      'boot',
      path.nameOf('boot'),
      5,
      'boot1pxe started but did not get boot: read the screen of the target, which says why.',
    ),
    ...source(path),
    ...(path.seesKernel ? [KERNEL_STARTED] : []),
    ...(path.root === undefined ? [] : networkRootMilestones(LAST_OF[path.way], path.root)),
  ]
}

function source(path: Boot132Path): Milestone[] {
  switch (path.way) {
    case 'network':
      return [
        loaded(
          'kernel',
          'Kernel',
          path.nameOf(path.kernel),
          20,
          'boot has to ask for the kernel by the name that its options give.',
        ),
        ...(path.mkext === undefined
          ? []
          : [
              loaded(
                'mkext',
                'Extensions',
                path.nameOf(path.mkext),
                20,
                'The kernel arrived, but boot did not start it: see what it shows.',
              ),
            ]),
      ]
    case 'demand':
      return [
        {
          id: 'disk',
          title: 'Disk by NFS',
          trigger: { on: 'mounted', path: path.disk },
          usualSeconds: 5,
          advice:
            'boot1pxe mounts the disk image by NFS: let UDP ports 111, 2049 and 20048 pass the firewall of this computer.',
        },
      ]
    case 'ramdisk':
      return [imageLoaded(path, {})]
    case 'auto':
      return [
        {
          id: 'disk',
          title: 'Disk image',
          trigger: { on: 'transfer-started', file: path.nameOf('boot.img') },
          usualSeconds: 5,
          advice:
            'boot arrived, but boot1pxe does not ask for the disk image: read the screen of the target, which says why.',
        },
        imageLoaded(path, { optional: true }),
      ]
  }
}

/** Optional where a target that is short of memory reads it on demand. */
function imageLoaded(path: Boot132Path, optional: { readonly optional?: true }): Milestone {
  return {
    ...loaded(
      'image',
      'Image loaded',
      path.nameOf('boot.img'),
      60,
      'A large image takes long on old network cards; a target with too little memory says so on its screen.',
    ),
    ...optional,
  }
}

const KERNEL_STARTED: Milestone = {
  id: 'started',
  title: 'Kernel started',
  trigger: { on: 'console', text: KERNEL_BANNER },
  usualSeconds: 20,
  advice:
    'boot has what it asked for, but the kernel says nothing on the serial port: read the screen of the target, which may wait for a key at the prompt of boot.',
}

/** After which milestone a request for an address is the kernel's own. */
const LAST_OF: Readonly<Record<Boot132Way, string>> = {
  auto: 'disk',
  ramdisk: 'image',
  demand: 'disk',
  network: 'kernel',
}
