import type { Milestone } from '../clients/events.ts'

/** From power-on until the firmware has its network boot program, which is `file` on the server. */
export function firmwareMilestones(id: string, file: string): Milestone[] {
  return [
    {
      id: 'heard',
      title: 'Heard',
      trigger: { on: 'heard' },
      usualSeconds: 30,
      advice:
        'Check the cable, and that network boot (PXE) is on and comes first in the firmware set-up of the target.',
    },
    {
      id: 'address',
      title: 'Address',
      trigger: { on: 'address' },
      usualSeconds: 5,
      advice:
        'The answer may be lost on the way: leave out switches that are slow to open a port, and look for another DHCP server or a firewall on this computer.',
    },
    loaded(id, file, file, 5, 'Let TFTP (UDP port 69) pass the firewall of this computer.'),
  ]
}

/** A file was fetched whole. Titles are short: each stands beside a bead of the timeline. */
export function loaded(
  id: string,
  title: string,
  file: string,
  usualSeconds: number,
  advice: string,
): Milestone {
  return { id, title, trigger: { on: 'transfer-complete', file }, usualSeconds, advice }
}

/** The last of a kernel's modules was fetched whole, and with it all of them; nothing where there are none. */
export function modulesLoaded(names: readonly string[], advice: string): Milestone[] {
  const last = names.at(-1)
  if (last === undefined) return []
  const title = names.length === 1 ? 'Module' : `${names.length} modules`
  return [loaded('modules', title, last, 10 * names.length, advice)]
}
