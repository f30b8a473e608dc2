import type { Milestone } from '../clients/events.ts'
import { firmwareMilestones, loaded, modulesLoaded } from './firmware-milestones.ts'

/** What a virtual target shows on its serial port; nothing can be seen of a real one after its last transfer. */
export interface ConsoleWatch {
  /** The text by which the kernel is known to run; empty for the first line at all. */
  readonly text: string
}

/** The way of a target through this chain. The names are those on the server. */
export function pxelinuxMilestones(
  kernel: string,
  modules: readonly string[],
  console?: ConsoleWatch,
): Milestone[] {
  return [
    ...pxelinuxItself(),
    loaded(
      'mboot',
      'mboot.c32',
      'mboot.c32',
      3,
      'If the target waits at "boot:", a key was held down at power-on: press Enter.',
    ),
    loaded(
      'kernel',
      'Kernel',
      kernel,
      10,
      'If the target shows an error of mboot.c32, its libcom32.c32 is of another version: use files of one version.',
    ),
    ...modulesLoaded(
      modules,
      'A large module takes long on old network cards; if the rate stays at zero, the target may be out of memory.',
    ),
    ...(console === undefined ? [] : [kernelRuns(console.text)]),
  ]
}

/** From power-on until PXELINUX knows what to load. */
export function pxelinuxItself(): Milestone[] {
  return [
    ...firmwareMilestones('pxelinux', 'pxelinux.0'),
    loaded(
      'ldlinux',
      'ldlinux.c32',
      'ldlinux.c32',
      3,
      'PXELINUX started but did not get further: its files must be of one version, and the network card may need a firmware update.',
    ),
    {
      id: 'config',
      title: 'Configuration',
      trigger: { on: 'transfer-complete', file: 'pxelinux.cfg/default' },
      usualSeconds: 3,
      advice:
        'If the target shows "Undef symbol FAIL" or "Failed to load", pxelinux.0 and ldlinux.c32 are of different versions: use files of one version.',
    },
  ]
}

/** The kernel says `text` on the serial port; empty: anything at all. */
export function kernelRuns(text: string): Milestone {
  return {
    id: 'started',
    title: 'Kernel runs',
    trigger: { on: 'console', text },
    usualSeconds: 10,
    advice:
      'The kernel was handed over but says nothing on its serial port: read the screen of the target, and give the kernel the argument that sends its messages to the first serial port.',
  }
}
