import type { DesktopApi, Failure, ServiceState, StartOptions } from '../../electron/api/desktop.ts'
import { failureOf } from './failure.ts'
import { withPath } from './kernel-files.ts'
import { Library } from './library.svelte.ts'
import { Lookout, serversFound } from './lookout.svelte.ts'
import { LivePlan } from './plan.svelte.ts'
import type { Way } from './remedies.ts'
import { SessionState } from './session.svelte.ts'
import {
  choiceOf,
  linkOf,
  freshSetup,
  obstacle,
  setupOf,
  startOptions,
  withChoice,
  withDefaults,
  type ChoiceChange,
  type Setup,
  type Surroundings,
} from './setup.ts'
import { stepAfter, stepBefore, steps, type StepId } from './steps.ts'

const NOTHING_YET: Surroundings = {
  environment: {
    face: 'desktop',
    platform: 'linux',
    version: '',
    qemu: { found: false, remedy: '' },
    elevation: 'not-needed',
  },
  chains: [],
  interfaces: [],
}

/** Everything that the pages of the wizard show and change. */
export class Wizard {
  readonly api: DesktopApi
  readonly session = new SessionState()
  readonly library: Library
  readonly lookout: Lookout
  readonly plan: LivePlan

  step = $state<StepId>('target')
  setup = $state.raw<Setup>(freshSetup)
  surroundings = $state.raw<Surroundings>(NOTHING_YET)
  /** What was started last time, until something was started this time. */
  last = $state.raw<StartOptions | undefined>()
  loaded = $state(false)
  service = $state.raw<ServiceState>({ state: 'running' })
  starting = $state(false)
  /** Why the last start, or loading the page's facts, failed. */
  failure = $state.raw<Failure | undefined>()

  readonly isVirtual = $derived(this.setup.target === 'virtual')
  readonly chain = $derived(this.surroundings.chains.find(({ id }) => id === this.setup.chain))
  readonly choice = $derived(choiceOf(this.setup))
  readonly options = $derived(startOptions(this.setup, this.surroundings.interfaces))

  /** Whether another DHCP server was seen on the chosen interface. */
  readonly hasOtherServer = $derived.by(() => {
    const { interface: chosen } = this.setup
    const facts = this.surroundings.interfaces.find(({ name }) => name === chosen)
    const look = chosen === undefined ? undefined : this.lookout.looks[chosen]
    return facts?.otherServer !== undefined || serversFound(look).length > 0
  })

  constructor(api: DesktopApi) {
    this.api = api
    this.library = new Library(api)
    this.lookout = new Lookout(api)
    this.plan = new LivePlan(api)
  }

  async load(): Promise<void> {
    this.api.onServiceState((state) => (this.service = state))
    this.api.onEvents((events) => this.session.receive(events))
    await this.#loadFacts()
    this.loaded = true
  }

  /** A service that was given up is started by any question, and may not have answered one before. */
  async startService(): Promise<void> {
    this.failure = undefined
    await this.#loadFacts()
  }

  async #loadFacts(): Promise<void> {
    try {
      const [environment, chains, interfaces, last] = await Promise.all([
        this.api.environment(),
        this.api.chains(),
        this.api.interfaces(),
        this.api.lastSetup(),
        this.library.load(),
      ])
      this.surroundings = { environment, chains, interfaces }
      this.last = last
    } catch (error) {
      this.failure = failureOf(error)
    }
  }

  /** Cables are plugged in while the page is looked at. */
  async refreshInterfaces(): Promise<void> {
    const interfaces = await this.api.interfaces().catch(() => this.surroundings.interfaces)
    if (JSON.stringify(interfaces) !== JSON.stringify(this.surroundings.interfaces))
      this.surroundings = { ...this.surroundings, interfaces }
  }

  lookForServers(): void {
    const link = linkOf(this.setup, this.surroundings.interfaces)
    if (link?.kind === 'interface') void this.lookout.look(link)
  }

  change(change: Partial<Setup>): void {
    this.failure = undefined
    this.setup = { ...this.setup, ...change }
  }

  changeChoice(change: ChoiceChange): void {
    this.failure = undefined
    this.setup = withChoice(this.setup, change)
  }

  async addImports(given: Promise<readonly string[]>): Promise<void> {
    const paths = await given
    for (const path of paths) if (this.choice !== undefined) this.changeChoice(withPath(this.choice, path))
    // A file may have been given again because it changed.
    if (paths.length > 0) this.plan.check(this.options, true)
  }

  /** Why `step` cannot be left for the next one; undefined when it can. */
  obstacle(step: StepId): string | undefined {
    switch (step) {
      case 'watch':
        return undefined
      case 'files':
      case 'review':
        if (this.plan.failure !== undefined) return this.plan.failure.message
        return this.plan.review === undefined ? 'Looking at what is there…' : undefined
      default:
        return obstacle(step, this.setup, this.surroundings)
    }
  }

  /** Whether everything before `step` is settled, so that it can be gone to. */
  isReachable(step: StepId): boolean {
    if (step === 'watch') return this.session.started !== undefined
    const before = steps.slice(
      0,
      steps.findIndex(({ id }) => id === step),
    )
    return before.every(({ id }) => this.obstacle(id) === undefined)
  }

  go(step: StepId): void {
    this.failure = undefined
    this.step = step
  }

  next(): void {
    this.go(stepAfter(this.step, this.isVirtual))
  }

  back(): void {
    this.go(stepBefore(this.step, this.isVirtual))
  }

  /** Shows the session that runs already, with the choices that it was started with. */
  joinSession(): void {
    if (this.setup.target === undefined && this.last !== undefined) this.setup = setupOf(this.last)
    this.go('watch')
  }

  /** The shortest way to a running target: everything that was not chosen is the default. */
  async bootNow(): Promise<void> {
    this.setup = withDefaults(this.setup, this.surroundings.chains)
    await this.start()
  }

  /** With all the choices of last time. */
  async startAgain(): Promise<void> {
    if (this.last === undefined) return
    this.setup = setupOf(this.last)
    await this.start()
  }

  /** Takes the choices of last time, to look at or to change. */
  reviewLast(): void {
    if (this.last === undefined) return
    this.setup = setupOf(this.last)
    this.go('chain')
  }

  readonly #ways: readonly Way[] = [
    {
      action: 'answer-beside',
      title: 'Answer beside it',
      take: () => void this.startWith({ mode: 'proxy', force: false }),
    },
    {
      action: 'answer-anyway',
      title: 'Give out addresses all the same',
      take: () => void this.startWith({ mode: 'full', force: true }),
    },
    { action: 'give-address', title: 'Choose its address', take: () => this.go('interface') },
  ]

  /** Ways out of the last failure that need no more than a click. */
  readonly ways = $derived.by(() => {
    const remedies = this.failure?.remedies ?? []
    return this.#ways.filter(({ action }) =>
      remedies.some((remedy) => typeof remedy !== 'string' && remedy.action === action),
    )
  })

  async startWith(dhcp: Partial<Setup['dhcp']>): Promise<void> {
    this.change({ dhcp: { ...this.setup.dhcp, ...dhcp } })
    await this.start()
  }

  async start(): Promise<void> {
    const { options } = this
    if (options === undefined || this.starting) return
    this.starting = true
    this.failure = undefined
    try {
      if (this.session.running) await this.api.stop()
      await this.api.start(options)
      this.last = options
      this.go('watch')
    } catch (error) {
      this.failure = failureOf(error)
      // Where the missing files can be given, with what was missing beside them.
      if (this.failure.code === 'files-missing') this.step = 'files'
    } finally {
      this.starting = false
    }
  }
}
