import type { BootPlan, Hint } from '../../chains/chain.ts'
import { planChameleon } from '../../chains/chameleon.ts'
import { MEMDISK_FILES, type OriginatedContent } from '../../chains/pxelinux.ts'
import { formatBytes } from '../../clients/units.ts'
import { knownProblems } from '../../formats/darwin/known-builds.ts'
import { KERNEL_PATH, makeDarwinImage } from '../../library/darwin-image.ts'
import type { Import } from '../../library/import.ts'
import { findSyslinux, findSyslinuxFiles } from '../../library/syslinux.ts'
import type { ChainChoice } from '../commands.ts'
import { kernelFlags } from './darwin-flags.ts'
import { bootOf, completeDarwin, mkextFor, readBootOptions } from './darwin-parts.ts'
import { sortDarwinImports, type DarwinImports } from './darwin-imports.ts'
import { networkRoot, type NetworkRoot } from './darwin-root.ts'
import type { ChainPlanner, PlanningContext } from './planner.ts'

/** Seconds at the boot loader's prompt. At zero it would wait for a key for ever. */
const UNATTENDED = 1
const ON_OWN_DISK = 5

export const planChameleonChoice: ChainPlanner = async (choice, context) => {
  const imports = await sortDarwinImports(choice)
  const folders = [...choice.loaderFolders, ...imports.loaderFolders]
  switch (choice.profile) {
    case 'local':
      return planLocal(imports, folders, context)
    case 'ramdisk':
      return planRamdisk(choice, imports, folders, context)
    default:
      return planMemdisk(choice, imports, folders, context)
  }
}

async function planMemdisk(
  choice: ChainChoice,
  imports: DarwinImports,
  folders: readonly string[],
  context: PlanningContext,
): Promise<BootPlan> {
  const [parts, prepared] = await Promise.all([
    findSyslinuxFiles(MEMDISK_FILES, folders),
    prepareImage(choice, imports, context),
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
  imports: DarwinImports,
  folders: readonly string[],
  context: PlanningContext,
): Promise<BootPlan> {
  const [parts, boot, prepared] = await Promise.all([
    findSyslinux(folders),
    bootOf(imports),
    prepareImage(choice, imports, context),
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
  imports: DarwinImports,
  folders: readonly string[],
  { watchesConsole }: PlanningContext,
): Promise<BootPlan> {
  const [parts, boot] = await Promise.all([findSyslinux(folders), bootOf(imports)])
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
  imports: DarwinImports,
  context: PlanningContext,
): Promise<PreparedImage> {
  const root = choice.folder === undefined ? undefined : await networkRoot(choice.folder, context.address)
  const rootOf = root === undefined ? {} : { root }
  const own = await readBootOptions(imports)
  if (imports.image !== undefined) {
    const flags = kernelFlags(choice, own, context, root)
    const hints = [
      {
        text: 'Your disk image is served as it is. Its boot options should have these kernel flags:',
        type: flags.join(' '),
      },
    ]
    return { image: importedContent(imports.image), size: imports.image.size, flags, ...rootOf, hints }
  }
  const parts = await completeDarwin(imports, choice.darwin)
  const flags = kernelFlags(choice, own, context, root, parts.version)
  const { mkext, hints } = await mkextFor(imports, parts)
  const { path, size, sha256 } = await makeDarwinImage(
    context.artefacts,
    {
      ...parts,
      ...(mkext === undefined ? {} : { mkext }),
      options: { kernel: KERNEL_PATH, flags, timeout: UNATTENDED, gui: false, others: own },
    },
    (bytes, total) => context.emit({ type: 'artefact-progress', name: 'darwin.img', bytes, size: total }),
  )
  return {
    image: { content: { kind: 'file', path, size, sha256 }, origin: 'made by Bootwire' },
    size,
    boot: parts.boot,
    flags,
    ...rootOf,
    hints: [...parts.hints, ...hints],
  }
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
        'press F1, type this, press Return, then Esc.',
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
