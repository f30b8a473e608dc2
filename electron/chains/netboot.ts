import type { Recognition } from '../formats/recognise.ts'
import type { Ipv4Address } from '../protocols/addresses.ts'
import { firmwareMilestones } from './firmware-milestones.ts'
import type { BootAnswer, BootClient, BootPlan, ChainExport, Hint } from './chain.ts'
import { netbootObstacle } from './loader-limits.ts'
import { netbootCommand, type CommandFile } from './netboot-commands.ts'
import { netbootMilestones, type NetbootConsole } from './netboot-milestones.ts'
import { memoryToLoad, originalObstacle } from './netboot-original.ts'
import { planPxelinux, type ChosenFile, type OriginatedContent, type PxelinuxParts } from './pxelinux.ts'

/** The network boot program that firmware loads, by its name on the server. */
export const NETBOOT_PROGRAM = 'netboot.0'
/** What NetBoot is to do by itself, line by line as at its prompt; it asks for this file and goes on without it. */
export const NETBOOT_SCRIPT = 'netboot.cfg'

const UEFI =
  'NetBoot needs legacy BIOS boot (CSM), and this machine asked with its UEFI firmware. ' +
  'Turn on CSM, legacy boot or legacy network boot in its firmware set-up and turn off Secure Boot; ' +
  'machines without such a setting cannot boot by this chain.'

/** A kernel that is exported, by its path below the export. */
export interface OfferedKernel {
  readonly name: string
  readonly recognition: Recognition
}

/** What NetBoot can be asked for. */
export interface Offer {
  readonly server: Ipv4Address
  readonly exported: ChainExport
  /** The first is the one that is suggested. */
  readonly kernels: readonly OfferedKernel[]
  /** By their paths below the export; they go with the first kernel. */
  readonly modules: readonly { readonly name: string; readonly args: string }[]
  readonly args: string
  /** What the first kernel writes once it runs, and that it comes back; absent for one that is not known. */
  readonly known?: { readonly says: string }
}

/** A virtual target's serial port can be seen. */
interface Watched {
  readonly watchesConsole: boolean
}

const PROMPT = 'NetBoot>'
/** More commands than this help nobody. */
const MOST_COMMANDS = 12

/** PXE ROM -> netboot.0 -> a kernel by NFS -> netboot.0 again. */
export function planNetboot(program: OriginatedContent, offer: Offer, watched: Watched): BootPlan {
  const console = consoleOf(offer, watched, PROMPT)
  return {
    ...planPrompt(offer, console),
    files: [{ name: NETBOOT_PROGRAM, ...program }],
    hints: [...refusalHints('NetBoot', offer, netbootObstacle), ...commandHints(offer)],
    milestones: [
      ...firmwareMilestones('netboot', NETBOOT_PROGRAM),
      ...netbootMilestones('netboot', console, offer.known !== undefined),
    ],
    expectsMiss: (name) => name === NETBOOT_SCRIPT,
    answer: (client) => answerWithNetboot(client, rootPathOf(offer)),
  }
}

export interface ByPxelinux {
  readonly parts: PxelinuxParts
  readonly image: ChosenFile & { readonly recognition: Recognition }
}

/**
 * PXE ROM -> PXELINUX -> mboot.c32 -> netboot.mb -> a kernel by NFS -> netboot.mb again.
 * @throws {ChoiceError} when mboot.c32 cannot start the image
 */
export function planNetbootByPxelinux(loader: ByPxelinux, offer: Offer, watched: Watched): BootPlan {
  const hints = [...refusalHints('NetBoot', offer, netbootObstacle), ...commandHints(offer)]
  return behindPxelinux(loader, offer, consoleOf(offer, watched, PROMPT), hints)
}

/**
 * The same with the user's own NetBoot of the OSKit. Its prompt counts: `NetBoot 1> `.
 * @throws {ChoiceError} when mboot.c32 cannot start the image
 */
export function planOriginalNetboot(loader: ByPxelinux, offer: Offer, watched: Watched): BootPlan {
  const console = watched.watchesConsole ? { prompt: '>', ...offer.known } : undefined
  const hints = [
    { text: 'The original drives network cards of up to 2002: choose such a card for the target.' },
    ...refusalHints('The original', offer, originalObstacle),
    ...offer.kernels.flatMap(memoryHints),
    ...commandHints(offer),
  ]
  return behindPxelinux(loader, offer, console, hints)
}

function behindPxelinux(
  { parts, image }: ByPxelinux,
  offer: Offer,
  console: NetbootConsole | undefined,
  hints: readonly Hint[],
): BootPlan {
  const loaded = planPxelinux({ parts, kernel: image, modules: [] })
  return {
    ...loaded,
    ...planPrompt(offer, console),
    hints,
    milestones: [
      ...loaded.milestones.map((milestone) =>
        milestone.id === 'kernel' ? { ...milestone, id: 'netboot', title: 'NetBoot' } : milestone,
      ),
      ...netbootMilestones('netboot', console, offer.known !== undefined),
    ],
    answer(client) {
      const answer = loaded.answer(client)
      return typeof answer === 'string' ? answer : { ...answer, rootPath: rootPathOf(offer) }
    },
  }
}

/** What goes on at the prompt, whatever NetBoot was loaded by. */
function planPrompt(offer: Offer, console: NetbootConsole | undefined) {
  const [first] = commandsOf(offer)
  return {
    exports: [offer.exported],
    // Twice: that a kernel comes back is what NetBoot is for.
    ...(console === undefined || first === undefined
      ? {}
      : { typing: { prompt: console.prompt, lines: offer.known === undefined ? [first] : [first, first] } }),
  }
}

function consoleOf(
  { known }: Offer,
  { watchesConsole }: Watched,
  prompt: string,
): NetbootConsole | undefined {
  return watchesConsole ? { prompt, ...known } : undefined
}

function commandsOf({ server, exported, kernels, modules, args }: Offer): string[] {
  const at = ({ name }: { readonly name: string }) => `${exported.path}/${name}`
  return kernels.slice(0, MOST_COMMANDS).map((kernel, index) => {
    const own: CommandFile = { path: at(kernel), args: index === 0 ? args : '' }
    const others = index === 0 ? modules.map((module) => ({ path: at(module), args: module.args })) : []
    return netbootCommand(server, [own, ...others])
  })
}

function commandHints(offer: Offer): Hint[] {
  const { kernels } = offer
  const commands = commandsOf(offer)
  const left = kernels.length - commands.length
  return [
    ...commands.map((type, index) => ({
      text:
        index === 0
          ? 'Type this at the NetBoot prompt of the target. When the kernel ends by way of -retaddr, the prompt is back.'
          : `Or this, for ${kernels[index]!.name}.`,
      type,
    })),
    ...(left > 0 ? [{ text: `${left} more kernels of the folder are named alike.` }] : []),
    ...(commands.length === 0
      ? [
          {
            text: 'There is no MultiBoot kernel in the folder yet. Once there is, type this with its name at the NetBoot prompt.',
            type: `${offer.server}:${offer.exported.path}/`,
          },
        ]
      : []),
  ]
}

function refusalHints(
  loader: string,
  { kernels }: Offer,
  obstacleOf: (found: Recognition) => string | undefined,
): Hint[] {
  return kernels.flatMap(({ name, recognition }) => {
    const obstacle = obstacleOf(recognition)
    return obstacle === undefined ? [] : [{ text: `${loader} will refuse ${name}. ${obstacle}` }]
  })
}

function memoryHints({ name, recognition }: OfferedKernel): Hint[] {
  if (originalObstacle(recognition) !== undefined) return []
  const memory = memoryToLoad(recognition) ?? 0
  return memory <= EIGHT_MEGABYTES
    ? []
    : [
        {
          text: `To load ${name}, the original takes ${Math.ceil(memory / 2 ** 20)} MB of memory: twice what the kernel itself takes.`,
        },
      ]
}
/** What even the smallest machine that the original runs on has to spare. */
const EIGHT_MEGABYTES = 8 * 2 ** 20

export function answerWithNetboot({ firmware }: BootClient, rootPath?: string): BootAnswer | string {
  if (firmware === 'uefi') return UEFI
  return { file: NETBOOT_PROGRAM, ...(rootPath === undefined ? {} : { rootPath }) }
}

/** Where kernels are, as `host:path`: a client that reads it needs no address typed. */
function rootPathOf({ server, exported }: Offer): string {
  return `${server}:${exported.path}`
}
