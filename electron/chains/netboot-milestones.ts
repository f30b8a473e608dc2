import type { Milestone } from '../clients/events.ts'
import { kernelRuns } from './pxelinux-milestones.ts'

/** What a virtual target shows on its serial port. */
export interface NetbootConsole {
  /** How the line ends behind which NetBoot waits. */
  readonly prompt: string
  /** What the kernel writes, where that is known. */
  readonly says?: string
}

/** NetBoot writes it behind a kernel's name when all is loaded, as its last word before it jumps. */
const BOOTING = ': booting'

const TYPE_A_COMMAND = 'Type one of the commands shown at the NetBoot prompt of the target.'
/** A person types at the prompt, and need not hurry. */
const IN_NO_HURRY = 600

/**
 * From NetBoot's own request for an address to the second kernel. `loaded` is the milestone that NetBoot itself was
 * loaded at. Nothing can be seen of a real target between the last byte of one kernel and NetBoot's next question;
 * `comesBack`: the kernel is known to return.
 */
export function netbootMilestones(loaded: string, console?: NetbootConsole, comesBack = false): Milestone[] {
  const booted = console === undefined ? 'read' : 'started'
  return [
    {
      id: 'bootp',
      title: 'NetBoot address',
      trigger: { on: 'address' },
      after: loaded,
      usualSeconds: 5,
      advice:
        'NetBoot was loaded but does not get its address: read the screen of the target, and answer "y" when it asks whether to try again.',
    },
    ...(console === undefined ? [] : [atPrompt(console)]),
    {
      id: 'portmap',
      title: 'Port mapper',
      trigger: { on: 'port-asked' },
      after: 'bootp',
      usualSeconds: console === undefined ? IN_NO_HURRY : 10,
      advice: TYPE_A_COMMAND,
    },
    {
      id: 'mounted',
      title: 'Mounted',
      trigger: { on: 'mounted' },
      after: 'bootp',
      usualSeconds: 2,
      advice: 'The folder in the command must be one that is exported: copy the command as it is shown.',
    },
    {
      id: 'read',
      title: 'Kernel read',
      trigger: { on: 'file-read' },
      after: 'mounted',
      usualSeconds: 10,
      advice:
        'If the target shows an error, the kernel is none that NetBoot can load, or its name is another.',
    },
    ...(console === undefined ? [] : [handedOver('read'), kernelRuns(console.says ?? '')]),
    {
      id: 'returned',
      title: 'Returned',
      trigger:
        console === undefined ? { on: 'port-asked' } : { on: 'console', text: console.prompt.trimEnd() },
      after: booted,
      usualSeconds: 60,
      ...(comesBack ? {} : { optional: true }),
      advice:
        'The kernel has not come back: it has to call the address that -retaddr in its command line gives, in 32-bit mode without paging.',
    },
    {
      id: 'again',
      title: 'Booted again',
      trigger: console === undefined ? { on: 'file-read' } : { on: 'console', text: console.says ?? BOOTING },
      after: 'returned',
      usualSeconds: console === undefined ? IN_NO_HURRY : 10,
      ...(comesBack ? {} : { optional: true }),
      advice: TYPE_A_COMMAND,
    },
  ]
}

function atPrompt({ prompt }: NetbootConsole): Milestone {
  return {
    id: 'prompt',
    title: 'Prompt',
    trigger: { on: 'console', text: prompt.trimEnd() },
    after: 'bootp',
    usualSeconds: 5,
    advice: 'NetBoot has an address but shows no prompt: read the screen of the target.',
  }
}

/** From here on whatever is written is the kernel's own. */
export function handedOver(after: string): Milestone {
  return {
    id: 'handed-over',
    title: 'Handed over',
    trigger: { on: 'console', text: BOOTING },
    after,
    usualSeconds: 5,
    advice:
      'NetBoot has the file but does not start it: what it says on the screen of the target tells why, such as too little memory.',
  }
}
