import { ChoiceError } from './chain.ts'

/** mboot.c32 takes this word for the end of one file's arguments and the start of the next file. */
const SEPARATOR = '---'
/** PXELINUX 6 refuses a command of 2048 bytes or more (MAX_CMDLINE_LEN). */
const LONGEST_COMMAND = 2047

/** A file by the name on the server, and the words that the kernel is told after it. */
export interface CommandPart {
  readonly name: string
  readonly args: string
}

/**
 * The text of `pxelinux.cfg/default` that starts a kernel with its modules at once. mboot.c32 joins arguments with
 * single spaces, whatever was between them, and has no quoting.
 * @throws {ChoiceError} when PXELINUX or mboot.c32 cannot carry the arguments
 */
export function pxelinuxConfig(kernel: CommandPart, modules: readonly CommandPart[]): string {
  const parts = [kernel, ...modules].map(({ name, args }) => [name, ...words(args, name)].join(' '))
  const append = parts.join(` ${SEPARATOR} `)
  const length = `mboot.c32 ${append}`.length
  if (length > LONGEST_COMMAND)
    throw new ChoiceError(
      `The names and arguments of the kernel and its modules take ${length} characters; PXELINUX carries ${LONGEST_COMMAND}.`,
      `Shorten them by ${length - LONGEST_COMMAND} characters, or use fewer modules.`,
    )
  return unattended(['KERNEL mboot.c32', `APPEND ${append}`])
}

/** The same for a disk image, which memdisk keeps in memory and shows to the BIOS as its first hard disk. */
export function memdiskConfig(image: string): string {
  // Raw: memdisk copies memory by itself, and not by INT 15h of the BIOS, which some do wrongly.
  return unattended(['KERNEL memdisk', `INITRD ${image}`, 'APPEND harddisk raw'])
}

function unattended(label: readonly string[]): string {
  return [
    '# Made by Bootwire.',
    'DEFAULT bootwire',
    'PROMPT 0',
    '# A key held at power-on or a failed start ends at a prompt: try again after ten seconds.',
    'TIMEOUT 100',
    '',
    'LABEL bootwire',
    ...label.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

function words(args: string, file: string): string[] {
  const refuse = (what: string, why: string, remedy: string): never => {
    throw new ChoiceError(
      `The arguments of ${file} contain ${what}, which PXELINUX cannot carry: ${why}.`,
      remedy,
    )
  }
  if (/[\r\n]/.test(args))
    refuse('a line break', 'its configuration has one line for all arguments', 'Write them on one line.')
  const foreign = /[^\t -~]/u.exec(args)?.[0]
  if (foreign !== undefined)
    refuse(
      `"${foreign}" (U+${foreign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`,
      'it splits its command at bytes outside of ASCII in ways that cannot be foreseen',
      'Use ASCII letters, digits and signs only.',
    )
  const found = args.split(/[\t ]+/).filter((word) => word !== '')
  if (found.includes(SEPARATOR))
    refuse(
      `the word "${SEPARATOR}"`,
      'mboot.c32 takes it for the start of the next module',
      'Leave the word out.',
    )
  return found
}
