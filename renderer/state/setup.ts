/** What a user has chosen so far, and what it makes: the options to start with, or the reason why not yet. */
import type {
  ChainDescription,
  Environment,
  NetworkInterface,
  StartOptions,
} from '../../electron/api/desktop.ts'
import { usedPaths } from './kernel-files.ts'

export type ChainChoice = NonNullable<StartOptions['chain']>
export type DhcpChoice = StartOptions['dhcp']
export type NicModel = Extract<StartOptions['link'], { kind: 'wire' }>['nic']

export interface Setup {
  readonly target?: 'virtual' | 'machine'
  /** Of the virtual target, in MiB. */
  readonly memory: number
  readonly nic: NicModel
  /** The interface's name, and the address with prefix length that it gets for the session where it has none. */
  readonly interface?: string
  readonly address: string
  readonly dhcp: DhcpChoice
  readonly chain?: string
  /** Each chain keeps its own choices: files for one are strangers to another. */
  readonly choices: Readonly<Record<string, ChainChoice>>
}

/** What there is to choose from. */
export interface Surroundings {
  readonly environment: Environment
  readonly chains: readonly ChainDescription[]
  readonly interfaces: readonly NetworkInterface[]
}

export const NIC_MODELS: readonly { readonly value: NicModel; readonly label: string }[] = [
  { value: 'e1000', label: 'Intel e1000' },
  { value: 'virtio-net-pci', label: 'virtio' },
  { value: 'rtl8139', label: 'Realtek 8139' },
  { value: 'pcnet', label: 'AMD PCnet' },
]

export const freshSetup: Setup = {
  memory: 512,
  nic: 'e1000',
  address: '10.77.0.1/24',
  dhcp: { mode: 'full', force: false, allow: [], fixed: [] },
  choices: {},
}

export function choiceOf({ chain, choices }: Setup): ChainChoice | undefined {
  return chain === undefined
    ? undefined
    : (choices[chain] ?? { id: chain, imports: [], modules: [], loaderFolders: [] })
}

/** `undefined` takes a choice back. */
export type ChoiceChange = { [Name in keyof Omit<ChainChoice, 'id'>]?: ChainChoice[Name] | undefined }

/** The set-up with the choices for its chain changed; a chain must have been chosen. */
export function withChoice(setup: Setup, change: ChoiceChange): Setup {
  const choice = choiceOf(setup)
  if (choice === undefined) return setup
  return { ...setup, choices: { ...setup.choices, [choice.id]: present({ ...choice, ...change }) } }
}

/** Without what is `undefined`: the contract knows absent members only. */
function present(choice: ChoiceChange): ChainChoice {
  return Object.fromEntries(
    Object.entries(choice).filter(([, member]) => member !== undefined),
  ) as ChainChoice
}

/** Undefined while a choice that cannot be done without is open. */
export function startOptions(
  setup: Setup,
  interfaces: readonly NetworkInterface[],
): StartOptions | undefined {
  const chain = choiceOf(setup)
  const link = linkOf(setup, interfaces)
  return chain === undefined || link === undefined
    ? undefined
    : { link, chain, dhcp: setup.dhcp, exports: [] }
}

/** Undefined while no target, or no interface for it, is chosen. */
export function linkOf(
  setup: Setup,
  interfaces: readonly NetworkInterface[],
): StartOptions['link'] | undefined {
  const { target, memory, nic, interface: name, address } = setup
  if (target === 'virtual') return { kind: 'wire', memory, nic }
  if (target === undefined || name === undefined) return undefined
  const hasAddress = interfaces.some((one) => one.name === name && one.addresses.length > 0)
  return { kind: 'interface', name, ...(hasAddress ? {} : { address }) }
}

/** What is booted when nothing but "a virtual target" has been chosen: the first chain. */
export function withDefaults(setup: Setup, chains: readonly ChainDescription[]): Setup {
  const chain = setup.chain ?? chains[0]?.id
  return chain === undefined ? setup : { ...setup, chain }
}

/** The set-up that made these options, as a start for changes. */
export function setupOf(options: StartOptions): Setup {
  const { link, chain, dhcp } = options
  return {
    ...freshSetup,
    ...(link.kind === 'wire'
      ? { target: 'virtual', memory: link.memory, nic: link.nic }
      : {
          target: 'machine',
          interface: link.name,
          ...(link.address === undefined ? {} : { address: link.address }),
        }),
    dhcp,
    ...(chain === undefined ? {} : { chain: chain.id, choices: { [chain.id]: chain } }),
  }
}

const ADDRESS_WITH_PREFIX = /^(\d{1,3}\.){3}\d{1,3}\/([89]|[12]\d|30)$/

/** Why a step is not finished, as a sentence that says what to do; undefined when it is. */
export function obstacle(
  step: 'target' | 'interface' | 'chain',
  setup: Setup,
  { environment, chains, interfaces }: Surroundings,
): string | undefined {
  switch (step) {
    case 'target':
      if (setup.target === undefined) return 'Choose what to boot.'
      return setup.target === 'virtual' && !environment.qemu.found
        ? 'A virtual target needs QEMU on this computer.'
        : undefined
    case 'interface': {
      if (setup.target === 'virtual') return undefined
      const chosen = interfaces.find(({ name }) => name === setup.interface)
      if (setup.interface === undefined) return 'Choose the interface that the target is cabled to.'
      if (chosen === undefined) return `The interface ${setup.interface} is gone: choose another.`
      return chosen.addresses.length > 0 || ADDRESS_WITH_PREFIX.test(setup.address)
        ? undefined
        : 'Give the interface an address for the session, such as 10.77.0.1/24.'
    }
    case 'chain':
      return chains.some(({ id }) => id === setup.chain) ? undefined : 'Choose a boot chain.'
  }
}

/** What was chosen in a step, for the list at the side; undefined when nothing was. */
export function summary(
  step: 'target' | 'interface' | 'chain' | 'files',
  setup: Setup,
  { chains, interfaces }: Surroundings,
): string | undefined {
  switch (step) {
    case 'target':
      if (setup.target === undefined) return undefined
      return setup.target === 'virtual' ? `Virtual, ${setup.memory} MB` : 'On a cable'
    case 'interface': {
      if (setup.target === 'virtual') return 'A virtual cable'
      if (setup.interface === undefined) return undefined
      const own = interfaces.find(({ name }) => name === setup.interface)?.addresses[0]?.address
      return `${setup.interface} · ${own ?? setup.address.split('/')[0]}`
    }
    case 'chain': {
      const chain = chains.find(({ id }) => id === setup.chain)
      if (chain === undefined) return undefined
      const profile = chain.profiles.find(({ id }) => id === choiceOf(setup)?.profile) ?? chain.profiles[0]
      return profile === undefined ? shortTitle(chain) : `${shortTitle(chain)}, ${profile.title}`
    }
    case 'files': {
      const choice = choiceOf(setup)
      if (choice === undefined) return undefined
      const count = usedPaths(choice).length
      const files =
        count === 0 ? 'None of yours' : count === 1 ? '1 file of yours' : `${count} files of yours`
      return choice.folder === undefined ? files : `${files}, a folder`
    }
  }
}

/** Where a chain leads to tells it from the others, where there is little room. */
function shortTitle({ title }: ChainDescription): string {
  return title.split(' → ').slice(-2).join(' → ')
}
