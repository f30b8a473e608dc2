import { ChoiceError } from '../../chains/chain.ts'
import { flagsObstacle } from '../../formats/darwin/boot-plist.ts'
import { darwinVersionText, type DarwinVersion } from '../../formats/darwin/kernel-version.ts'
import { textOf, type PlistDictionary } from '../../formats/plist/plist.ts'
import type { ChainChoice } from '../commands.ts'
import type { NetworkRoot } from './darwin-root.ts'
import type { PlanningContext } from './planner.ts'

/** Messages on the screen, which tell where a boot stops. */
const VERBOSE = '-v'
/** The kernel's log goes to the first serial port (xnu DB_KPRT). */
const LOG_TO_SERIAL = 'debug=0x8'
/** From this one on the kernel asks no DHCP server by itself, and the firmware of a BIOS machine tells it nothing. */
const NO_NETWORK_ROOT = 15

/**
 * What the kernel is told: what the user wrote, then what the session knows. The user's own word for a key wins.
 * @throws {ChoiceError} when the kernel cannot be told this, or cannot do it
 */
export function kernelFlags(
  { arguments: text }: ChainChoice,
  options: PlistDictionary,
  { watchesConsole }: PlanningContext,
  root: NetworkRoot | undefined,
  version?: DarwinVersion,
): readonly string[] {
  if (root !== undefined && version !== undefined && version.major >= NO_NETWORK_ROOT)
    throw new ChoiceError(
      `Darwin ${darwinVersionText(version)} cannot mount its root from the network on a BIOS machine: its kernel does not ask for an address.`,
      'Take a kernel of Darwin 14 or older, or leave the network root out.',
    )
  const written = [textOf(options, 'Kernel Flags') ?? '', text ?? ''].join(' ')
  const flags = written.split(/\s+/).filter((flag) => flag !== '')
  if (flags.length === 0) flags.push(VERBOSE)
  const add = (flag: string) => {
    const key = flag.slice(0, flag.indexOf('=') + 1)
    if (!flags.some((one) => one.startsWith(key))) flags.push(flag)
  }
  for (const flag of root?.flags ?? []) add(flag)
  if (watchesConsole) add(LOG_TO_SERIAL)
  const obstacle = flagsObstacle(flags)
  if (obstacle !== undefined)
    throw new ChoiceError(obstacle, 'Shorten the arguments, and write them in ASCII.')
  return flags
}
