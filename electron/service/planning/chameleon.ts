import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { BootPlan, Hint } from '../../chains/chain.ts'
import { planChameleon } from '../../chains/chameleon.ts'
import { MEMDISK_FILES, type OriginatedContent } from '../../chains/pxelinux.ts'
import { formatBytes } from '../../clients/units.ts'
import { knownProblems } from '../../formats/darwin/known-builds.ts'
import { bootPlist, bootPlistPaths } from '../../formats/darwin/boot-plist.ts'
import type { BootVolumeParts, VolumeFile } from '../../library/images/boot-volume.ts'
import type { Import } from '../../library/import.ts'
import { findSyslinux, findSyslinuxFiles } from '../../library/syslinux.ts'
import type { ChainChoice } from '../commands.ts'
import { kernelFlags } from './darwin-flags.ts'
import { bootImage, fileOf, mkextOf, type DarwinMedia } from './darwin-media.ts'
import {
  boot132Of,
  bootOf,
  chooseDarwinMedia,
  completeDarwin,
  readBootOptions,
  type DarwinParts,
} from './darwin-parts.ts'
import { networkRoot, type NetworkRoot } from './darwin-root.ts'
import type { ChainPlanner, PlanningContext } from './planner.ts'

/** Seconds at the boot loader's prompt. At zero it would wait for a key for ever. */
const UNATTENDED = 1
const ON_OWN_DISK = 5

export const planChameleonChoice: ChainPlanner = async (choice, context) => {
  const media = await chooseDarwinMedia(choice)
  const folders = [...choice.loaderFolders, ...media.loaderFolders]
  switch (choice.profile) {
    case 'local':
      return planLocal(media, folders, context)
    case 'ramdisk':
      return planRamdisk(choice, media, folders, context)
    default:
      return planMemdisk(choice, media, folders, context)
  }
}

async function planMemdisk(
  choice: ChainChoice,
  media: DarwinMedia,
  folders: readonly string[],
  context: PlanningContext,
): Promise<BootPlan> {
  const [parts, prepared] = await Promise.all([
    findSyslinuxFiles(MEMDISK_FILES, folders),
    prepareImage(choice, media, context),
  ])
  const { image, size, boot, root, hints } = prepared
  return planChameleon({
    profile: 'memdisk',
    parts,
    image,
    ...(root === undefined ? {} : { root }),
    hints: [...warningsOf(boot), ...hints, memoryHint(size, MEMDISK_OVERHEAD + size)],
    watchesConsole: context.watchesConsole,
  })
}

async function planRamdisk(
  choice: ChainChoice,
  media: DarwinMedia,
  folders: readonly string[],
  context: PlanningContext,
): Promise<BootPlan> {
  const [parts, boot, prepared] = await Promise.all([
    findSyslinux(folders),
    bootOf(media),
    prepareImage(choice, media, context),
  ])
  const { image, size, flags, root, hints } = prepared
  return planChameleon({
    profile: 'ramdisk',
    parts,
    boot: { ...importedContent(boot), name: boot.name },
    image,
    timeout: UNATTENDED,
    ...(root === undefined ? {} : { root }),
    hints: [
      ...warningsOf(boot, 'mboot'),
      ...hints,
      ...keysFor(boot, flags),
      memoryHint(size, MULTIBOOT_COPIES_AT + size),
    ],
    watchesConsole: context.watchesConsole,
  })
}

async function planLocal(
  media: DarwinMedia,
  folders: readonly string[],
  { watchesConsole }: PlanningContext,
): Promise<BootPlan> {
  const [parts, boot] = await Promise.all([findSyslinux(folders), bootOf(media)])
  return planChameleon({
    profile: 'local',
    parts,
    boot: { ...importedContent(boot), name: boot.name },
    timeout: ON_OWN_DISK,
    hints: [
      ...warningsOf(boot, 'mboot'),
      {
        text: "Kernel, extensions and boot options are those of the target's first disk: it has to have an HFS+ volume with Darwin on it.",
      },
      memoryHint(0, 0),
    ],
    watchesConsole,
  })
}

interface PreparedImage {
  readonly image: OriginatedContent
  /** In bytes. */
  readonly size: number
  /** Absent when it is inside of the user's own image. */
  readonly boot?: Import
  readonly flags: readonly string[]
  readonly root?: NetworkRoot
  readonly hints: readonly Hint[]
}

async function prepareImage(
  choice: ChainChoice,
  media: DarwinMedia,
  context: PlanningContext,
): Promise<PreparedImage> {
  const root = choice.folder === undefined ? undefined : await networkRoot(choice.folder, context.address)
  const rootOf = root === undefined ? {} : { root }
  const own = await readBootOptions(media)
  if (media.image !== undefined) {
    const flags = kernelFlags(choice, own, context, root)
    const hints = [
      {
        text: 'Your disk image is served as it is. Its boot options should have these kernel flags:',
        type: flags.join(' '),
      },
    ]
    return { image: importedContent(media.image), size: media.image.size, flags, ...rootOf, hints }
  }
  const parts = await completeDarwin(media, choice.darwin)
  const mkext = await mkextOf({ ...media, kernel: parts.kernel })
  const flags = kernelFlags(choice, own, context, root, parts.version)
  const options = bootPlist({ kernel: 'mach_kernel', flags, timeout: UNATTENDED, gui: false, others: own })
  const { family } = boot132Of(parts.boot)
  const optionPaths = bootPlistPaths(family)
  const { path, size } = await bootableImage(parts, mkext.file, { options, optionPaths }, context)
  return {
    image: { content: { kind: 'file', path, size }, origin: 'made by Bootwire' },
    size,
    boot: parts.boot,
    flags,
    ...rootOf,
    hints: [
      ...parts.hints,
      {
        text: `The image has the boot options where ${family} looks for them: ${optionPaths.join(' and ')}.`,
      },
      ...(mkext.file === undefined && media.kexts.length === 0 ? [NO_EXTENSIONS] : []),
      ...extensionsOf(media),
      ...mkext.problems.map((text) => ({ text })),
    ],
  }
}

function extensionsOf({ kexts, mkext }: DarwinMedia): Hint[] {
  if (mkext !== undefined || kexts.length === 0) return []
  return [{ text: `Kernel extensions are taken from ${kexts.map((path) => basename(path)).join(', ')}.` }]
}

const NO_EXTENSIONS: Hint = {
  text: 'No kernel extensions were given: a kernel without them finds neither network card nor disk. Add an mkext, or folders of kexts.',
}

async function bootableImage(
  { boot, boot0, boot1h, kernel, version }: DarwinParts,
  mkext: VolumeFile | undefined,
  options: Pick<BootVolumeParts, 'options' | 'optionPaths'>,
  context: PlanningContext,
) {
  const [bootCode, bootBlocks] = await Promise.all([readFile(boot0.path), readFile(boot1h.path)])
  return bootImage(
    'darwin',
    {
      parts: {
        kernel: fileOf(kernel),
        ...(mkext === undefined ? {} : { mkext }),
        ...options,
        darwin: version,
      },
      extra: { boot: fileOf(boot) },
      volume: { name: 'Darwin', bootBlocks },
      disk: { scheme: 'mbr', bootCode },
    },
    context,
  )
}

function importedContent({ path, size, sha256 }: Import): OriginatedContent {
  return { content: { kind: 'file', path, size, sha256 }, origin: 'your import' }
}

function warningsOf(boot: Import | undefined, through?: 'mboot'): Hint[] {
  const recognition = boot?.recognition
  if (recognition?.kind !== 'multiboot-kernel' || recognition.boot132 === undefined) return []
  return knownProblems(recognition.boot132, through ?? 'memdisk').map((text) => ({ text }))
}

/** What is typed into Chameleon RC4 where it finds no disk to read its options from. */
function keysFor({ recognition }: Import, flags: readonly string[]): Hint[] {
  if (recognition.kind !== 'multiboot-kernel' || recognition.boot132?.family !== 'Chameleon') return []
  return [
    {
      text:
        'Without a disk that its BIOS knows, the target stops at the menu of Chameleon, which looks into the image only when told: ' +
        'at "Press any key" press F1, because any other key stays in the line, type this, press Return, then Esc.',
      type: '?rd m rd(0,1)/x',
    },
    {
      text: 'Then type the kernel flags, because those in the image are not read this way, and press Return.',
      type: flags.join(' '),
    },
  ]
}

/** In bytes: what each way takes beside the image, as it was seen with Chameleon RC4. */
const LEAST = 512 * 1024 * 1024
const MEMDISK_OVERHEAD = 384 * 1024 * 1024
/** Chameleon copies its modules to here, above where mboot.c32 has put them. */
const MULTIBOOT_COPIES_AT = 417 * 1024 * 1024
const STEP = 64 * 1024 * 1024

function memoryHint(image: number, needed: number): Hint {
  const megabytes = Math.max(LEAST, Math.ceil(needed / STEP) * STEP) / 1024 / 1024
  const disk = image === 0 ? '' : `The disk image has ${formatBytes(image)}. `
  return { text: `${disk}The target takes ${megabytes} MB of memory or more.` }
}
