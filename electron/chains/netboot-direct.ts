import type { Ipv4Address } from '../protocols/addresses.ts'
import type { Recognition } from '../formats/recognise.ts'
import { ChoiceError, type BootPlan } from './chain.ts'
import { firmwareMilestones, loaded, modulesLoaded } from './firmware-milestones.ts'
import { netbootObstacle } from './loader-limits.ts'
import { netbootCommand } from './netboot-commands.ts'
import { handedOver } from './netboot-milestones.ts'
import { answerWithNetboot, NETBOOT_PROGRAM, NETBOOT_SCRIPT } from './netboot.ts'
import { kernelRuns, type ConsoleWatch } from './pxelinux-milestones.ts'
import { servedNames } from './pxelinux-names.ts'
import type { ChosenFile, OriginatedContent } from './pxelinux.ts'

/** Seconds in which somebody can take over at the target. */
const TIME_FOR_A_KEY = 2

export interface DirectChoices {
  readonly program: OriginatedContent
  readonly server: Ipv4Address
  readonly kernel: ChosenFile & { readonly recognition: Recognition }
  /** In the order in which the kernel gets them. */
  readonly modules: readonly ChosenFile[]
  /** Present when the target's serial port can be seen. */
  readonly console?: ConsoleWatch
}

/**
 * PXE ROM -> netboot.0 -> a MultiBoot kernel with its arguments and modules by TFTP, with nobody at the prompt and
 * without a file of Syslinux.
 * @throws {ChoiceError} when the kernel is none that NetBoot can start, or its arguments cannot be carried
 */
export function planDirect({ program, server, kernel, modules, console }: DirectChoices): BootPlan {
  const obstacle = netbootObstacle(kernel.recognition)
  if (obstacle !== undefined)
    throw new ChoiceError(
      `NetBoot cannot start ${kernel.name}. ${obstacle}`,
      'Choose a MultiBoot kernel, as a 32-bit ELF file or packed with gzip.',
    )
  const chosen = [kernel, ...modules]
  const names = servedNames(
    chosen.map(({ name }) => name),
    [NETBOOT_PROGRAM, NETBOOT_SCRIPT],
  )
  const command = netbootCommand(
    server,
    chosen.map(({ args }, index) => ({ path: `/${names[index]!}`, args })),
    'tftp',
  )
  const [kernelName = '', ...moduleNames] = names
  return {
    files: [
      { name: NETBOOT_PROGRAM, ...program },
      {
        name: NETBOOT_SCRIPT,
        content: {
          kind: 'bytes',
          bytes: Buffer.from(`# Made by Bootwire.\nwait ${TIME_FOR_A_KEY}\n${command}\n`, 'latin1'),
        },
        origin: 'made by Bootwire',
      },
      ...chosen.map(({ content, origin }, index) => ({ name: names[index]!, content, origin })),
    ],
    hints: [
      {
        text: `NetBoot loads the kernel by itself. A key within its first ${TIME_FOR_A_KEY} seconds gives its prompt instead.`,
      },
    ],
    milestones: [
      ...firmwareMilestones('netboot', NETBOOT_PROGRAM),
      loaded(
        'script',
        'NetBoot',
        NETBOOT_SCRIPT,
        5,
        'NetBoot was loaded but asks for nothing: read the screen of the target.',
      ),
      loaded(
        'kernel',
        'Kernel',
        kernelName,
        10,
        'If the target shows an error, the kernel is none that NetBoot can load.',
      ),
      ...modulesLoaded(moduleNames, 'If the rate stays at zero, the target may be out of memory.'),
      ...(console === undefined
        ? []
        : [handedOver(moduleNames.length === 0 ? 'kernel' : 'modules'), kernelRuns(console.text)]),
    ],
    expectsMiss: () => false,
    answer(client) {
      const answer = answerWithNetboot(client)
      return typeof answer === 'string' ? answer : { ...answer, configurationFile: NETBOOT_SCRIPT }
    },
  }
}
