import type { Ipv4Address } from '../protocols/addresses.ts'
import { ChoiceError } from './chain.ts'

/** A file that NetBoot can load: its path on the server, starting with `/`, and what the kernel is told with it. */
export interface CommandFile {
  readonly path: string
  readonly args: string
}

/** NetBoot takes this word for the end of one file's arguments and the start of the next file. */
const SEPARATOR = '---'
/** NetBoot cuts a longer line. */
export const LONGEST_COMMAND = 511

/**
 * What to type at NetBoot's prompt for a kernel with its modules, all from one server: `host:path args`, and each
 * module the same behind `---`.
 * @throws {ChoiceError} when NetBoot cannot carry a name or an argument
 */
export function netbootCommand(
  server: Ipv4Address,
  files: readonly CommandFile[],
  protocol: 'nfs' | 'tftp' = 'nfs',
): string {
  const prefix = protocol === 'nfs' ? '' : 'tftp@'
  const parts = files.map(({ path, args }) => [`${prefix}${server}:${path}`, ...words(args, path)].join(' '))
  const command = parts.join(` ${SEPARATOR} `)
  if (command.length > LONGEST_COMMAND)
    throw new ChoiceError(
      `The names and arguments of the kernel and its modules take ${command.length} characters; NetBoot carries ${LONGEST_COMMAND}.`,
      `Shorten them by ${command.length - LONGEST_COMMAND} characters, or use fewer modules.`,
    )
  return command
}

/** Whether NetBoot can be told this path: blanks end a name, and its keyboard knows ASCII only. */
export function canBeTyped(path: string): boolean {
  return /^[!-~]+$/.test(path)
}

function words(args: string, file: string): string[] {
  const foreign = /[^\t -~]/u.exec(args)?.[0]
  if (foreign !== undefined)
    throw new ChoiceError(
      `The arguments of ${file} contain ${JSON.stringify(foreign)}, which cannot be typed at NetBoot's prompt.`,
      'Use ASCII letters, digits and signs only, on one line.',
    )
  const found = args.split(/[\t ]+/).filter((word) => word !== '')
  if (found.includes(SEPARATOR))
    throw new ChoiceError(
      `The arguments of ${file} contain the word "${SEPARATOR}", which NetBoot takes for the start of the next module.`,
      'Leave the word out.',
    )
  return found
}
