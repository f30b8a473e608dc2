import type { InterfaceFacts } from './facts.ts'
import type { Lease } from './leases.ts'

/** An interface that a target may be cabled to. */
export interface NetworkInterface extends InterfaceFacts {
  readonly kind: 'wired' | 'wifi' | 'virtual'
  /** 1 for the likeliest to lead to a target. */
  readonly rank: number
  /** Why it has that rank, as a sentence. */
  readonly reason: string
  /** Whether other machines may be there, which a boot server could disturb, or no target at all. */
  readonly isRisky: boolean
  /** That another DHCP server is there, as a sentence, where this computer's own lease shows it. */
  readonly otherServer?: string
}

type Candidate = InterfaceFacts & Pick<NetworkInterface, 'kind'>

/** Sorts interfaces by how likely a target is at the other end, the likeliest first. */
export function rankInterfaces(interfaces: readonly InterfaceFacts[]): NetworkInterface[] {
  return interfaces
    .filter((facts): facts is Candidate => facts.kind !== 'loopback' && facts.kind !== 'other')
    .map((facts) => ({ facts, ...judge(facts) }))
    .sort(
      (left, right) =>
        left.group - right.group ||
        order(left.facts) - order(right.facts) ||
        left.facts.name.localeCompare(right.facts.name, 'en', { numeric: true }),
    )
    .map(({ facts, reason }, index) => ({
      ...facts,
      rank: index + 1,
      reason,
      isRisky: facts.kind === 'wifi' || facts.isDefaultRoute || facts.lease !== undefined,
      ...(facts.lease === undefined ? {} : { otherServer: describeServer(facts.lease) }),
    }))
}

function describeServer({ address, server }: Lease): string {
  return server === undefined
    ? `A DHCP server answered here: this computer has its own address, ${address}, from it.`
    : `A DHCP server answered here: ${server} (this computer has its own address from it).`
}

/** Within a group, a live link comes before a dead one. */
function order({ link }: Candidate): number {
  return ['up', 'unknown', 'down'].indexOf(link)
}

function judge({ kind, link, isDefaultRoute, lease }: Candidate): { group: number; reason: string } {
  if (kind === 'virtual')
    return {
      group: 4,
      reason:
        'A virtual adapter: it leads to virtual machines or containers of this computer, not to a cable.',
    }
  if (kind === 'wifi')
    return { group: 3, reason: 'Wi-Fi: the firmware of a target boots over a cable, hardly ever over Wi-Fi.' }
  if (isDefaultRoute)
    return {
      group: 2,
      reason:
        'A cable that carries the default route: it leads to a network that most likely has a DHCP server already.',
    }
  if (lease !== undefined)
    return { group: 2, reason: 'A cable to a network that has a DHCP server already, not to a target alone.' }
  if (link === 'up')
    return {
      group: 0,
      reason: 'A cable with a live link and no default route: most likely it leads to a target.',
    }
  return {
    group: 1,
    reason:
      'A socket for a cable without a live link: plug the target in, and switch it on if its network card sleeps.',
  }
}
