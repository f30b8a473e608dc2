import type { Recognition } from '../formats/recognise.ts'
import { ChoiceError, type BootClient, type BootPlan, type Content, type ServedFile } from './chain.ts'
import { pxelinuxConfig } from './pxelinux-config.ts'
import { mbootObstacle } from './loader-limits.ts'
import { pxelinuxMilestones, type ConsoleWatch } from './pxelinux-milestones.ts'
import { servedNames } from './pxelinux-names.ts'

/** The files of Syslinux that this chain needs, all of one version, 5 or newer. */
export const PXELINUX_FILES = ['pxelinux.0', 'ldlinux.c32', 'libcom32.c32', 'mboot.c32'] as const
export type PxelinuxFile = (typeof PXELINUX_FILES)[number]
/** Those that it takes to boot a disk image from memory. */
export const MEMDISK_FILES = ['pxelinux.0', 'ldlinux.c32', 'memdisk'] as const
export type SyslinuxFile = PxelinuxFile | (typeof MEMDISK_FILES)[number]

export interface OriginatedContent {
  readonly content: Content
  /** Where it comes from, for people. */
  readonly origin: string
}
export type SyslinuxParts<Name extends SyslinuxFile> = Readonly<Record<Name, OriginatedContent>>
export type PxelinuxParts = SyslinuxParts<PxelinuxFile>
export type MemdiskParts = SyslinuxParts<(typeof MEMDISK_FILES)[number]>

/** A kernel or module as the user chose it; `name` is the file's own name, `args` what the kernel is told. */
export interface ChosenFile extends OriginatedContent {
  readonly name: string
  readonly args: string
}

export interface PxelinuxChoices {
  readonly parts: PxelinuxParts
  readonly kernel: ChosenFile & { readonly recognition: Recognition }
  /** In the order in which the kernel gets them. mboot.c32 unpacks those that are gzip files. */
  readonly modules: readonly ChosenFile[]
  /** Present when the target's serial port can be seen, as that of a virtual one. */
  readonly console?: ConsoleWatch
}

export const PXELINUX_CONFIG = 'pxelinux.cfg/default'
const UEFI =
  'This chain needs legacy BIOS boot (CSM), and this machine asked with its UEFI firmware. ' +
  'Turn on CSM, legacy boot or legacy network boot in its firmware set-up and turn off Secure Boot; ' +
  'machines without such a setting cannot boot by this chain.'

/**
 * PXE ROM -> pxelinux.0 -> mboot.c32 -> a MultiBoot kernel with its arguments and modules.
 * @throws {ChoiceError} when the kernel is none that mboot.c32 can start, or its arguments cannot be carried
 */
export function planPxelinux({ parts, kernel, modules, console }: PxelinuxChoices): BootPlan {
  const obstacle = mbootObstacle(kernel.recognition)
  if (obstacle !== undefined)
    throw new ChoiceError(
      `mboot.c32 cannot start ${kernel.name}. ${obstacle}`,
      'Choose a MultiBoot kernel, as a 32-bit ELF file or packed with gzip.',
    )
  const chosen = [kernel, ...modules]
  const names = servedNames(
    chosen.map(({ name }) => name),
    [...PXELINUX_FILES, 'pxelinux.cfg'],
  )
  const [kernelName = '', ...moduleNames] = names
  const config = pxelinuxConfig(
    { name: kernelName, args: kernel.args },
    modules.map(({ args }, index) => ({ name: moduleNames[index]!, args })),
  )
  const files: ServedFile[] = [
    ...PXELINUX_FILES.map((name) => ({ name, content: parts[name].content, origin: parts[name].origin })),
    {
      name: PXELINUX_CONFIG,
      content: { kind: 'bytes', bytes: Buffer.from(config, 'latin1') },
      origin: 'made by Bootwire',
    },
    ...chosen.map(({ content, origin }, index) => ({ name: names[index]!, content, origin })),
  ]
  return {
    files,
    milestones: pxelinuxMilestones(kernelName, moduleNames, console),
    expectsMiss: expectsPxelinuxMiss,
    answer: answerByPxelinux,
  }
}

/**
 * PXELINUX asks for a configuration by the machine's UUID, its hardware type and address, and its IP address in
 * hexadecimal cut shorter and shorter, before it takes the one for all (pxe_open_config in core/fs/pxe/pxe.c).
 */
export function expectsPxelinuxMiss(name: string): boolean {
  const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
  const hardware = '[0-9a-f]{2}(-[0-9a-f]{2}){6}'
  const address = '[0-9A-F]{1,8}'
  return new RegExp(`^pxelinux\\.cfg/(${uuid}|${hardware}|${address})$`).test(name)
}

/** PXELINUX is a program for BIOS machines. */
export function answerByPxelinux({ firmware }: BootClient) {
  return firmware === 'uefi' ? UEFI : { file: 'pxelinux.0' }
}
