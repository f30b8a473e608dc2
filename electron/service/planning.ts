import type { BootPlan } from '../chains/chain.ts'
import { chains } from '../chains/index.ts'
import { planPxelinux } from '../chains/pxelinux.ts'
import { describeImport, type Import } from '../library/import.ts'
import { findSyslinux } from '../library/syslinux.ts'
import type { ChainChoice } from './commands.ts'
import { ServiceFailure } from './failure.ts'
import { SAMPLE_KERNEL } from './resources.ts'

/** What the sample kernel writes last, once everything it was given has been checked. */
const SAMPLE_KERNEL_DONE = 'Reached the kernel'

export interface PlannedChain {
  readonly chain: { readonly id: string; readonly title: string }
  readonly plan: BootPlan
}

/** What a session without a chain plans: it boots nobody, and its one milestone is that a client has mounted. */
const EXPORT_ALONE: PlannedChain = {
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

/** `watchesConsole`: the target's serial port can be seen, as that of a virtual one. */
export async function planChain(
  choice: ChainChoice | undefined,
  watchesConsole: boolean,
): Promise<PlannedChain> {
  if (choice === undefined) return EXPORT_ALONE
  const chain = chains.find(({ id }) => id === choice.id)
  const ready = chains.filter(({ status }) => status === 'ready').map(({ id }) => id)
  if (chain === undefined)
    throw new ServiceFailure('no-chain', `There is no boot chain "${choice.id}".`, [
      `Choose ${ready.join(', ')}.`,
    ])
  if (chain.status !== 'ready')
    throw new ServiceFailure('no-chain', `The chain "${chain.id}" is not there yet.`, [
      `Choose ${ready.join(', ')}.`,
    ])
  return { chain, plan: await planPxelinuxChoice(choice, watchesConsole) }
}

async function planPxelinuxChoice(choice: ChainChoice, watchesConsole: boolean): Promise<BootPlan> {
  const [parts, kernel, modules] = await Promise.all([
    findSyslinux(choice.loaderFolders),
    describeImport(choice.kernel ?? SAMPLE_KERNEL),
    Promise.all(
      choice.modules.map(async ({ path, arguments: args }) => ({ file: await describeImport(path), args })),
    ),
  ])
  const contentOf = ({ path, size, sha256 }: Import) => ({ kind: 'file', path, size, sha256 }) as const
  return planPxelinux({
    parts,
    kernel: {
      content: contentOf(kernel),
      origin: choice.kernel === undefined ? 'made by Bootwire' : 'your import',
      name: kernel.name,
      args: choice.arguments ?? '',
      recognition: kernel.recognition,
    },
    modules: modules.map(({ file, args }) => ({
      content: contentOf(file),
      origin: 'your import',
      name: file.name,
      args,
    })),
    ...(watchesConsole ? { console: { text: choice.kernel === undefined ? SAMPLE_KERNEL_DONE : '' } } : {}),
  })
}
