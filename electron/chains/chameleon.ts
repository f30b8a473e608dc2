/** PXELINUX starts Chameleon, or another of the boot-132 family, which starts Darwin from an HFS+ volume. */
import type { BootPlan, ChainExport, Hint, ServedFile } from './chain.ts'
import { chameleonMilestones, type ChameleonFiles } from './chameleon-milestones.ts'
import {
  answerByPxelinux,
  expectsPxelinuxMiss,
  PXELINUX_CONFIG,
  type MemdiskParts,
  type OriginatedContent,
  type PxelinuxParts,
} from './pxelinux.ts'
import { memdiskConfig, pxelinuxConfig } from './pxelinux-config.ts'
import { servedNames } from './pxelinux-names.ts'

interface Common {
  /** A root volume on this computer, for the kernel to mount. */
  readonly root?: { readonly export: ChainExport }
  readonly hints: readonly Hint[]
  readonly watchesConsole: boolean
}

/** An image in memory that the BIOS boots like a disk: the only way that needs neither disk nor keyboard. */
export interface MemdiskChoices extends Common {
  readonly profile: 'memdisk'
  readonly parts: MemdiskParts
  readonly image: OriginatedContent
}

/** The boot loader as a MultiBoot kernel, with an image as its module or the target's own disk. */
export interface MultibootChoices extends Common {
  readonly profile: 'ramdisk' | 'local'
  readonly parts: PxelinuxParts
  readonly boot: OriginatedContent & { readonly name: string }
  readonly image?: OriginatedContent
  /** Seconds at the boot loader's prompt. */
  readonly timeout: number
}

const IMAGE = 'darwin.img'
/** Without it the boot loader stops and asks on the screen which disk it came from; mboot.c32 cannot tell. */
const FIRST_DISK = 'biosdev=80'

/** @throws {ChoiceError} when PXELINUX cannot carry what it is to be told */
export function planChameleon(choices: MemdiskChoices | MultibootChoices): BootPlan {
  const { parts, root, hints, watchesConsole } = choices
  const { config, files, names } =
    choices.profile === 'memdisk' ? planMemdisk(choices) : planMultiboot(choices)
  return {
    files: [
      ...Object.entries<OriginatedContent>(parts).map(([name, part]) => ({ name, ...part })),
      {
        name: PXELINUX_CONFIG,
        content: { kind: 'bytes', bytes: Buffer.from(config, 'latin1') },
        origin: 'made by Bootwire',
      },
      ...files,
    ],
    milestones: chameleonMilestones(names, watchesConsole, root?.export.path),
    ...(root === undefined ? {} : { exports: [root.export] }),
    ...(hints.length === 0 ? {} : { hints }),
    expectsMiss: expectsPxelinuxMiss,
    answer: answerByPxelinux,
  }
}

interface Loaded {
  readonly config: string
  readonly files: readonly ServedFile[]
  readonly names: ChameleonFiles
}

function planMemdisk({ image }: MemdiskChoices): Loaded {
  return {
    config: memdiskConfig(IMAGE),
    files: [{ name: IMAGE, ...image }],
    names: { starter: 'memdisk', image: IMAGE },
  }
}

function planMultiboot({ boot, image, parts, timeout }: MultibootChoices): Loaded {
  const [name = 'boot'] = servedNames([boot.name], [...Object.keys(parts), 'pxelinux.cfg', IMAGE])
  const { content, origin } = boot
  return {
    config: pxelinuxConfig(
      { name, args: `${FIRST_DISK} timeout=${timeout}` },
      image === undefined ? [] : [{ name: IMAGE, args: '' }],
    ),
    files: [{ name, content, origin }, ...(image === undefined ? [] : [{ name: IMAGE, ...image }])],
    names: { starter: 'mboot.c32', boot: name, ...(image === undefined ? {} : { image: IMAGE }) },
  }
}
