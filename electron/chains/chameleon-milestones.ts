import type { Milestone } from '../clients/events.ts'
import { loaded } from './firmware-milestones.ts'
import { kernelRuns, pxelinuxItself } from './pxelinux-milestones.ts'

/** The names on the server of what is loaded, in that order. */
export interface ChameleonFiles {
  /** memdisk, or mboot.c32. */
  readonly starter: string
  /** Absent when it lies in the image. */
  readonly boot?: string
  /** Absent when everything else is on the target's own disk. */
  readonly image?: string
}

/** What Darwin's kernel writes first when it is told to be verbose. */
export const KERNEL_BANNER = 'Darwin Kernel Version'

/** @param root what the kernel mounts by NFS, as it writes it; absent without a network root */
export function chameleonMilestones(
  { starter, boot, image }: ChameleonFiles,
  watchesConsole: boolean,
  root?: string,
): Milestone[] {
  return [
    ...pxelinuxItself(),
    loaded(
      'starter',
      starter,
      starter,
      3,
      'If the target waits at "boot:", a key was held down at power-on: press Enter.',
    ),
    ...(boot === undefined ? [] : [loaded('boot', 'Boot loader', boot, 5, WRONG_SYSLINUX)]),
    ...(image === undefined
      ? []
      : [
          loaded(
            'image',
            'Disk image',
            image,
            20,
            'A large image takes long on old network cards; if the rate stays at zero, the target may be out of memory.',
          ),
        ]),
    ...(watchesConsole ? [{ ...kernelRuns(KERNEL_BANNER), usualSeconds: 20, advice: NOT_STARTED }] : []),
    ...(root === undefined ? [] : networkRootMilestones(image === undefined ? 'boot' : 'image', root)),
  ]
}

const WRONG_SYSLINUX =
  'If the target shows an error of mboot.c32, its libcom32.c32 is of another version: use files of one version.'

const NOT_STARTED =
  'Read the screen of the target. At "boot:" or a menu the boot loader waits for keys: see the hints of this session. ' +
  'A black screen is a kernel without a fitting SystemVersion.plist, or a target with less memory than it takes.'

/** What can be seen of a kernel that mounts its root: everything up to the first program on it. */
export function networkRootMilestones(loadedBy: string, root: string): Milestone[] {
  return [
    {
      id: 'asked-again',
      title: 'Kernel asks DHCP',
      trigger: { on: 'address' },
      after: loadedBy,
      usualSeconds: 60,
      advice:
        'The kernel did not ask for an address of its own: it found no driver for the network card. Add the kernel extension for that card and what it needs, ' +
        'IONetworkingFamily and IOPCIFamily at least, and see that rd=en is among the kernel flags.',
    },
    {
      id: 'portmap',
      title: 'Port mapper',
      trigger: { on: 'port-asked' },
      after: 'asked-again',
      usualSeconds: 10,
      advice:
        'The kernel has an address but does not ask for NFS: see that rp=nfs: is among the kernel flags. Darwin 15 and later do not look for their root this way on a BIOS machine. ' +
        'If the target shows "RPC timeout for server", let UDP ports 111 and 2049 pass the firewall of this computer.',
    },
    {
      id: 'mounted',
      title: 'Root mounted',
      trigger: { on: 'mounted', path: root },
      after: 'portmap',
      usualSeconds: 10,
      advice: `The kernel asks for another export than ${root}: its rp= must name exactly this one.`,
    },
    {
      id: 'root',
      title: 'Root found',
      trigger: { on: 'transfer-started', file: launchd(root) },
      after: 'mounted',
      usualSeconds: 10,
      advice:
        'The kernel mounted its root and found no /sbin/launchd on it, so that it panics with "Process 1 exec of /sbin/launchd failed, errno 2": ' +
        'export the folder of a whole system, and not only of its kernel.',
    },
  ]
}

function launchd(root: string): string {
  return `${root === '/' ? '' : root}/sbin/launchd`
}
