import type { Ipv4Address } from '../protocols/addresses.ts'
import { boot132Milestones } from './boot132-milestones.ts'
import type { Boot132Way, WayChoice } from './boot132-way.ts'
import type { BootPlan, ChainExport, Content, Hint, ServedFile } from './chain.ts'
import type { OriginatedContent } from './pxelinux.ts'

export interface Boot132Choices {
  readonly server: Ipv4Address
  /** What the files are in: `<name>.nbi/i386/`. */
  readonly name: string
  readonly program: OriginatedContent
  /** The user's own boot1pxe takes none of our settings. */
  readonly isOriginal: boolean
  readonly boot: OriginatedContent
  readonly way: WayChoice
  /** For a disk: absent when `boot` asks for files itself. */
  readonly image?: OriginatedContent
  /** For a `boot` that asks for files itself, by the names that it asks for; the first is the kernel. */
  readonly files: readonly ServedFile[]
  /** What the kernel mounts as its root volume, and its arguments that say so. */
  readonly root?: { readonly export: ChainExport; readonly flags: readonly string[] }
  /** A virtual target's serial port can be seen, and the kernel is one of Darwin. */
  readonly seesKernel: boolean
  /** What a person should know of the files, each as a sentence. */
  readonly remarks: readonly string[]
}

/** The names by which DFE's boot-132 asks for a kernel and its extensions. */
export const NETWORK_KERNEL = 'mach.macosx'
export const NETWORK_MKEXT = `${NETWORK_KERNEL}.mkext`
const DISK_EXPORT = '/boot132'
const IMAGE = 'boot.img'
/** The ways in which the target may read the image by NFS. */
const MAY_DEMAND: readonly Boot132Way[] = ['auto', 'demand']

const UEFI =
  'boot1pxe needs legacy BIOS boot (CSM), and this machine asked with its UEFI firmware. ' +
  'Turn on CSM, legacy boot or legacy network boot in its firmware set-up and turn off Secure Boot; ' +
  'machines without such a setting cannot boot by this chain.'

/** PXE ROM -> boot1pxe -> boot of the boot-132 family -> a Darwin kernel, and its root volume by NFS. */
export function planBoot132(choices: Boot132Choices): BootPlan {
  const { program, boot, image, way, root } = choices
  const nameOf = (file: string) => `${choices.name}.nbi/i386/${file}`
  const named = (file: string, { content, origin }: OriginatedContent): ServedFile => ({
    name: nameOf(file),
    content,
    origin,
  })
  const files = [
    named('boot1pxe', program),
    named('boot', boot),
    ...(choices.isOriginal
      ? []
      : [named('boot1pxe.cfg', { content: bytes(settingsText(choices)), origin: 'made by Bootwire' })]),
    ...(image === undefined || way.way === 'demand' ? [] : [named(IMAGE, image)]),
    ...choices.files.map((file) => ({ ...file, name: nameOf(file.name) })),
  ]
  const served = new Set(files.map(({ name }) => name))
  return {
    files,
    exports: [
      ...(image !== undefined && MAY_DEMAND.includes(way.way) ? [diskExport(image)] : []),
      ...(root === undefined ? [] : [root.export]),
    ],
    hints: hintsOf(choices),
    milestones: boot132Milestones({
      way: way.way,
      nameOf,
      kernel: choices.files[0]?.name ?? NETWORK_KERNEL,
      ...(choices.files.some(({ name }) => name === NETWORK_MKEXT) ? { mkext: NETWORK_MKEXT } : {}),
      disk: DISK_EXPORT,
      ...(root === undefined ? {} : { root: root.export.path }),
      seesKernel: choices.seesKernel,
    }),
    // Boot loaders look for more places and names than there are files.
    expectsMiss: (name) =>
      name.startsWith(nameOf('')) && !REQUIRED.some((one) => name === nameOf(one)) && !served.has(name),
    answer: ({ firmware, userClass }) =>
      firmware === 'uefi'
        ? UEFI
        : {
            file: nameOf('boot1pxe'),
            ...(root === undefined || userClass === SAN_BOOTER ? {} : { rootPath: rootPathOf(root.flags) }),
          },
  }
}

/** What nothing goes on without. */
const REQUIRED = ['boot1pxe', 'boot']

/** boot1pxe.cfg, as resources/target/boot1pxe/settings.h describes it. */
function settingsText({ way, server, image }: Boot132Choices): string {
  return [
    `way ${way.way}`,
    `memory ${way.ownMemory}`,
    ...(image === undefined || !MAY_DEMAND.includes(way.way)
      ? []
      : [`disk nfs:${server}:${DISK_EXPORT}/${IMAGE}`]),
    '',
  ].join('\n')
}

function diskExport({ content, origin }: OriginatedContent): ChainExport {
  return {
    path: DISK_EXPORT,
    source: { kind: 'tree', files: [{ name: IMAGE, content, origin }] },
    writable: false,
    keep: false,
  }
}

/** Option 17 as the kernel reads it, which is `rp=` without its name. */
function rootPathOf(flags: readonly string[]): string {
  return flags.find((flag) => flag.startsWith(RP))?.slice(RP.length) ?? ''
}
const RP = 'rp='
/** It would take the root path for a disk to attach by itself, and stop when it cannot. */
const SAN_BOOTER = 'iPXE'

function hintsOf({ way, remarks }: Boot132Choices): Hint[] {
  return [
    { text: way.reason },
    { text: `The target needs ${way.memory} MB of memory.` },
    ...remarks.map((text) => ({ text })),
  ]
}

function bytes(text: string): Content {
  return { kind: 'bytes', bytes: Buffer.from(text, 'latin1') }
}
