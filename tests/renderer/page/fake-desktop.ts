/**
 * Stands in for the main process, inside of the page: every function of the contract, answered from memory. It is
 * injected as text before the page's own scripts, so it imports types only and has everything in one function.
 */
import type {
  BootEvent,
  ChainDescription,
  DesktopApi,
  Failure,
  FoundServers,
  LibraryEntry,
  Review,
  ServiceState,
  StartOptions,
} from '../../../electron/api/desktop.ts'

export interface FakeOptions {
  readonly chains: readonly ChainDescription[]
  readonly qemu?: boolean
  readonly last?: StartOptions
  readonly imports?: readonly LibraryEntry[]
  /** Chains whose review finds these files missing until something was imported. */
  readonly missing?: Readonly<Record<string, readonly string[]>>
  readonly review: Review
  readonly startFails?: Failure
  /** Who else answers DHCP, on every interface. */
  readonly others?: FoundServers
  readonly lookFails?: Failure
  /** What the system's dialog gives, by what was asked for. */
  readonly gives?: Readonly<Record<'files' | 'folder', readonly Partial<LibraryEntry>[]>>
}

/** What a test reaches in the page. */
export interface FakeControls {
  emit(events: readonly BootEvent[]): void
  service(state: ServiceState): void
  readonly calls: string[]
  readonly started: StartOptions[]
}

declare global {
  interface Window {
    fake: FakeControls
  }
}

export function installFake(options: FakeOptions): void {
  const eventListeners: ((events: readonly BootEvent[]) => void)[] = []
  const serviceListeners: ((state: ServiceState) => void)[] = []
  const calls: string[] = []
  const started: StartOptions[] = []
  let imports = [...(options.imports ?? [])]

  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 5))
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the contract rejects with plain objects
  const fail = (failure: Failure): Promise<never> => Promise.reject(failure)

  const noOthers = { servers: [], remarks: [] }

  const entryOf = (known: Partial<LibraryEntry>): LibraryEntry => ({
    path: `/home/ada/darwin/${known.name ?? ''}`,
    name: '',
    size: 310_272,
    sha256: '9f2c'.repeat(16),
    kind: 'unknown',
    description: 'Nothing that Bootwire knows.',
    warnings: [],
    addedAt: Date.now(),
    state: 'present',
    ...known,
  })

  const give = (known: readonly Partial<LibraryEntry>[]) => {
    const entries = known.map(entryOf)
    imports = [...entries, ...imports]
    return later(entries.map((entry) => ({ entry })))
  }

  const api: DesktopApi = {
    environment: () => {
      calls.push('environment')
      return later({
        face: 'desktop',
        platform: 'linux',
        version: '0.1.0',
        qemu:
          options.qemu === false
            ? { found: false, remedy: 'Install it with: sudo apt install qemu-system-x86' }
            : { found: true, version: '7.2.22' },
        elevation: 'asks',
      })
    },
    interfaces: () =>
      later([
        {
          name: 'enp0s31f6',
          kind: 'wired',
          link: 'up',
          speed: 1000,
          addresses: [],
          mac: '54:ee:75:c4:11:0a',
          mtu: 1500,
          isDefaultRoute: false,
          rank: 1,
          reason: 'A cable with a live link and no default route: most likely it leads to a target.',
          isRisky: false,
        },
        {
          name: 'enx00e04c680001',
          kind: 'wired',
          link: 'up',
          speed: 2500,
          addresses: [{ address: '192.168.188.20', prefixLength: 24 }],
          mac: '00:e0:4c:68:00:01',
          mtu: 1500,
          isDefaultRoute: true,
          lease: { address: '192.168.188.20', server: '192.168.188.1' },
          isRisky: true,
          otherServer:
            'A DHCP server answered here: 192.168.188.1 (this computer has its own address from it).',
          rank: 2,
          reason:
            'A cable that carries the default route: it leads to a network that most likely has a DHCP server already.',
        },
        {
          name: 'wlp2s0',
          kind: 'wifi',
          link: 'up',
          addresses: [{ address: '192.168.188.31', prefixLength: 24 }],
          mac: '9c:b6:d0:11:22:33',
          mtu: 1500,
          isDefaultRoute: false,
          isRisky: true,
          rank: 3,
          reason: 'Wi-Fi: the firmware of a target boots over a cable, hardly ever over Wi-Fi.',
        },
      ]),
    lookForServers: ({ name }) => {
      calls.push(`look ${name}`)
      return options.lookFails === undefined ? later(options.others ?? noOthers) : fail(options.lookFails)
    },
    chains: () => later(options.chains),
    imports: () => later(imports),
    chooseImports: (kind) => give(options.gives?.[kind] ?? []),
    importFiles: (files) => give(files.map(({ name, size }) => ({ name, size }))),
    forgetImport: (path) => {
      imports = imports.filter((entry) => entry.path !== path)
      return later(null)
    },
    chooseFolder: () => later('/home/ada/darwin/root'),
    review: (start) => {
      calls.push('review')
      const missing = options.missing?.[start.chain?.id ?? '']
      if (missing !== undefined && (start.chain?.imports.length ?? 0) === 0)
        return fail({
          code: 'files-missing',
          message: `Not everything that this chain needs is there: ${missing.map((one) => one.split(':')[0]).join(', ')}.`,
          remedies: [...missing],
        })
      return later(options.review)
    },
    start: (start) => {
      calls.push('start')
      const isAlone = start.dhcp.mode === 'full' && !start.dhcp.force
      if (options.startFails !== undefined && (options.startFails.code !== 'other-dhcp-server' || isAlone))
        return fail(options.startFails)
      started.push(start)
      return later(null)
    },
    stop: () => {
      calls.push('stop')
      return later(null)
    },
    resetTarget: () => {
      calls.push('resetTarget')
      return later(null)
    },
    screen: () => later(undefined),
    saveJournal: () => {
      calls.push('saveJournal')
      return later(true)
    },
    saveCapture: () => {
      calls.push('saveCapture')
      return later(true)
    },
    lastSetup: () => later(options.last),
    onEvents: (listener) => {
      eventListeners.push(listener)
      return () => eventListeners.splice(eventListeners.indexOf(listener), 1)
    },
    onServiceState: (listener) => {
      serviceListeners.push(listener)
      listener({ state: 'running' })
      return () => serviceListeners.splice(serviceListeners.indexOf(listener), 1)
    },
    onImportProgress: () => () => {},
  }

  Object.assign(window, {
    bootwire: api,
    fake: {
      emit: (events: readonly BootEvent[]) => eventListeners.forEach((listener) => listener(events)),
      service: (state: ServiceState) => serviceListeners.forEach((listener) => listener(state)),
      calls,
      started,
    } satisfies FakeControls,
  })
}
