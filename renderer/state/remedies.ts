import type { Remedy } from '../../electron/api/desktop.ts'

/** A way out in the words of the wizard. */
export function describeRemedy(remedy: Remedy): string {
  if (typeof remedy === 'string') return remedy
  switch (remedy.action) {
    case 'give-address':
      return `Choose the interface again, and give it an address for the session, such as ${remedy.address}.`
    case 'start-elevated':
      return 'Start again, and authorise it when you are asked: Bootwire goes on as you as soon as its ports are open.'
    case 'find-port-owner':
      return `Look among the programs that run for another server, which has ${remedy.protocol} port ${remedy.port}, and end it.`
    case 'answer-beside':
      return 'Answer beside it: addresses come from there, the boot from here.'
    case 'answer-anyway':
      return 'Give out addresses all the same.'
    case 'run-as-owner':
      return 'See to it that you may read it: Bootwire reads files as you, and never as the administrator.'
    case 'forget-writes':
      return 'Make room there, and see to it that you may write there.'
  }
}

/** A way out that the page takes itself. */
export interface Way {
  readonly action: Exclude<Remedy, string>['action']
  readonly title: string
  readonly take: () => void
}
