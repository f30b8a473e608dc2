import type { BootPlan, ChainExport } from '../../chains/chain.ts'
import { chains } from '../../chains/index.ts'
import type { ChainChoice, StartOptions } from '../commands.ts'
import { planExports } from '../exporting.ts'
import { ServiceFailure } from '../failure.ts'
import { planBoot132Choice } from './boot132.ts'
import { planChameleonChoice } from './chameleon.ts'
import type { ChainPlanner, PlanningContext } from './planner.ts'
import { planNetbootChoice } from './netboot.ts'
import { planPxelinuxChoice } from './pxelinux.ts'

/** By the identifier of the chain. */
const planners: Readonly<Record<string, ChainPlanner>> = {
  pxelinux: planPxelinuxChoice,
  chameleon: planChameleonChoice,
  boot132: planBoot132Choice,
  netboot: planNetbootChoice,
}

/** All that a session needs to know before its servers start. */
export interface PlannedSession {
  readonly chain: { readonly id: string; readonly title: string }
  readonly plan: BootPlan
  /** Those of the chain, and those that the user added. */
  readonly exports: readonly ChainExport[]
}

/** What a session without a chain plans: it boots nobody, and its one milestone is that a client has mounted. */
const EXPORT_ALONE: Omit<PlannedSession, 'exports'> = {
  chain: { id: 'export', title: 'Folders by NFS' },
  plan: {
    files: [],
    milestones: [
      {
        id: 'mounted',
        title: 'NFS mounted',
        trigger: { on: 'mounted' },
        usualSeconds: 60,
        advice: 'Have the client mount the export by the address of this computer, by NFS version 2 or 3.',
      },
    ],
    expectsMiss: () => false,
    answer: () => 'This session exports folders and boots nobody.',
  },
}

/** Rejects like a `ChainPlanner`, and for folders that cannot be exported. */
export async function planSession(
  { chain: choice, exports: choices }: StartOptions,
  context: PlanningContext,
): Promise<PlannedSession> {
  const { chain, plan } = choice === undefined ? EXPORT_ALONE : await planChain(choice, context)
  return { chain, plan, exports: await planExports(plan.exports ?? [], choices) }
}

async function planChain(choice: ChainChoice, context: PlanningContext) {
  const chain = chains.find(({ id }) => id === choice.id)
  const planner = planners[choice.id]
  const ways = `Choose ${Object.keys(planners).join(', ')}.`
  if (chain === undefined || planner === undefined)
    throw new ServiceFailure('no-chain', `There is no boot chain "${choice.id}".`, [ways])
  const profiles = chain.profiles.map(({ id }) => id)
  if (choice.profile !== undefined && !profiles.includes(choice.profile))
    throw new ServiceFailure('bad-choice', `The chain "${chain.id}" has no profile "${choice.profile}".`, [
      profiles.length === 0
        ? 'It has one way only: leave the profile out.'
        : `It has ${profiles.join(', ')}.`,
    ])
  return { chain, plan: await planner(choice, context) }
}

/** Whether the session will answer NFS, which is to be known before its ports are opened as root. */
export function needsNfs({ chain: choice, exports }: StartOptions): boolean {
  const nfs = chains.find(({ id }) => id === choice?.id)?.nfs ?? 'never'
  return exports.length > 0 || nfs === 'always' || (nfs === 'with-folder' && choice?.folder !== undefined)
}
