import type { Remedy } from '../api/contract.ts'

/** A way out in the words of the command line: by its options where it has one. */
export function describeRemedy(remedy: Remedy): string {
  if (typeof remedy === 'string') return remedy
  switch (remedy.action) {
    case 'give-address':
      return `Give it one for the session with --address ${remedy.address}.`
    case 'start-elevated':
      return 'Start with sudo: Bootwire gives root up again as soon as its ports are open.'
    case 'find-port-owner':
      return `See which one it is with: sudo ss -${remedy.protocol === 'UDP' ? 'u' : 't'}lpn sport = :${remedy.port}`
    case 'answer-beside':
      return 'Stand beside it: --dhcp proxy leaves giving addresses to it and adds only what targets need to boot.'
    case 'answer-anyway':
      return 'Start all the same: --dhcp full --force.'
    case 'run-as-owner':
      return 'If you are root without sudo, name the user whose file it is with --user.'
    case 'forget-writes':
      return 'Leave out --keep: it is thrown away at the end then.'
  }
}
