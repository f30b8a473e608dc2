import type { ChainDescription } from '../../electron/api/desktop.ts'

type Origin = ChainDescription['steps'][number]['origin']

/** Who brings a step of a chain, in words. */
export const origins: Readonly<Record<Origin, string>> = {
  firmware: 'in the machine',
  system: 'on this computer',
  bootwire: 'comes with Bootwire',
  user: 'yours to give',
}
