import type { Command } from './commands.ts'
import { ServiceFailure } from './failure.ts'

/**
 * What a person authorised is that ports are opened: until root is given up, no file is read or written, and no
 * program of the user's choice started. Throws a `ServiceFailure` for every other command.
 */
export function requireHarmless(command: Command): void {
  const isOpening = command.name === 'start' && command.options.link.kind === 'interface'
  if (isOpening && command.options.user === undefined) return
  if (command.name === 'stop' || command.name === 'look-for-servers') return
  throw new ServiceFailure(
    'not-as-root',
    `An elevated boot service starts a session on a network interface or looks for DHCP servers there, as the user who called it, and does nothing else as root: not "${command.name}".`,
  )
}
