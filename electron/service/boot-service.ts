import type { BootEvent } from '../clients/events.ts'
import { chains } from '../chains/index.ts'
import { formatBytes } from '../clients/units.ts'
import { captureParts, type CaptureFile } from '../link/capture.ts'
import { parseFaults } from '../link/faults.ts'
import { listInterfaces } from '../link/interfaces.ts'
import { NicCapture } from '../link/nic/nic-capture.ts'
import { openNic, type Nic } from '../link/nic/nic.ts'
import { Wire } from '../link/wire/wire.ts'
import { LibraryStore } from '../library/store.ts'
import { Machine } from '../machine/machine.ts'
import { Typist } from '../machine/typist.ts'
import type { Ipv4Address, Subnet } from '../protocols/addresses.ts'
import { readSubnet } from './address.ts'
import type { Command, InterfaceChoice, LinkChoice, Reading, StartOptions } from './commands.ts'
import { requireHarmless } from './elevated.ts'
import { environment } from './environment.ts'
import { ServiceFailure } from './failure.ts'
import { Journal } from './journal.ts'
import { startKeeper, type Keeper } from './keeper.ts'
import { lookForServers, PROBE_PORTS, type FoundServers } from './look-for-servers.ts'
import { planSession, type PlannedSession } from './planning/index.ts'
import { sessionPorts, type SessionPorts } from './ports.ts'
import { dropPrivileges, mayAdminister } from './privileges.ts'
import { ReservedLink } from './reserved-link.ts'
import { KEPT_CAPTURE, keptFiles, type KeptFiles } from './keeping.ts'
import { KEEPER } from './resources.ts'
import type { KeptFile, Results } from './results.ts'
import { planningContext, reviewSession } from './review.ts'
import { Session } from './session.ts'
import { libraryFile } from './state-folder.ts'
import { removeUpload } from './uploads.ts'

type WireChoice = Extract<LinkChoice, { kind: 'wire' }>

/** Carries out commands, one session at a time, and tells everything it sees as one stream of events. */
export class BootService {
  readonly #journal = new Journal()
  readonly #library = new LibraryStore(libraryFile())
  readonly #readingListeners = new Set<(reading: Reading) => void>()
  /** What a running session has opened, in that order; closed in the other. */
  readonly #closers: (() => unknown)[] = []
  #state: 'idle' | 'starting' | 'running' | 'stopping' = 'idle'
  #machine: Machine | undefined
  /** Whom this service was elevated for; undefined when it was not. */
  readonly #caller: string | undefined
  /** The session's packets; those of the last session when none runs. */
  #capture: CaptureFile | undefined

  constructor(caller?: string) {
    this.#caller = caller
  }

  onEvent(listener: (event: BootEvent) => void): () => void {
    return this.#journal.onEvent(listener)
  }

  /** Tells how far files of the library have been read. */
  onReading(listener: (reading: Reading) => void): () => void {
    this.#readingListeners.add(listener)
    return () => this.#readingListeners.delete(listener)
  }

  /** Rejects with a `ServiceFailure`, a `LinkError`, or another error that `failureOf` knows. */
  async execute(command: Command): Promise<Results[Command['name']]> {
    if (this.#caller !== undefined && mayAdminister()) requireHarmless(command)
    switch (command.name) {
      case 'interfaces':
        return listInterfaces()
      case 'chains':
        return chains
      case 'look-for-servers':
        return this.#lookForServers(command.link)
      case 'review':
        return reviewSession(command.options, this.#journal.record)
      case 'start':
        return this.#start(command.options)
      case 'stop':
        return this.#stop('you asked for it')
      case 'screenshot':
        await this.#requireMachine().screenshot(command.path)
        return null
      case 'reset-target':
        await this.#requireMachine().reset()
        return null
      case 'screen':
        return (await this.#machine?.screen()) ?? null
      case 'environment':
        return environment()
      case 'imports':
        return this.#library.list()
      case 'import':
        return this.#library.add(command.path, (path, bytes, size) => {
          for (const listener of this.#readingListeners) listener({ path, bytes, size })
        })
      case 'forget-import':
        await this.#library.forget(command.path)
        await removeUpload(command.path)
        return null
      case 'journal':
        return this.#keptJournal()
      case 'capture':
        return this.#keptCapture()
    }
  }

  /** Tells something that has no event of its own. */
  report(text: string): void {
    this.#journal.record({ type: 'notice', level: 'advice', text })
  }

  async close(reason: string): Promise<void> {
    await this.#stop(reason)
  }

  #requireIdle(): void {
    if (this.#state !== 'idle')
      throw new ServiceFailure('busy', 'A session is running already.', [
        'Stop it before you start another one.',
      ])
  }

  async #lookForServers(choice: InterfaceChoice): Promise<FoundServers> {
    this.#requireIdle()
    this.#state = 'starting'
    try {
      return await lookForServers(await this.#openReserved(choice, PROBE_PORTS))
    } finally {
      await this.#closeAll()
      this.#state = 'idle'
    }
  }

  async #start(options: StartOptions): Promise<null> {
    this.#requireIdle()
    this.#state = 'starting'
    this.#journal.begin()
    this.#capture = undefined
    try {
      if (options.link.kind === 'wire') await this.#startOnWire(options.link, options)
      else await this.#startOnInterface(options.link, options)
      this.#state = 'running'
    } catch (error) {
      await this.#closeAll()
      this.#state = 'idle'
      throw error
    }
    return null
  }

  async #startOnWire(choice: WireChoice, options: StartOptions): Promise<void> {
    const kept = await this.#keepJournal(options)
    this.#capture = choice.capture === undefined ? this.#boundCapture(kept) : { path: choice.capture }
    const link = await Wire.create({
      ...(choice.faults === undefined ? {} : { faults: parseFaults(choice.faults) }),
      ...(this.#capture === undefined ? {} : { capture: this.#capture }),
    })
    this.#closers.push(() => link.close())
    const emit = this.#journal.record
    const planned = await this.#plan(options, link.address)
    const session = await Session.start({ link, planned, dhcp: options.dhcp, isShared: false, emit })
    this.#closers.push(() => session.close())
    const { memory, nic, screen: watchable = false } = choice
    const typist = typistFor(planned, choice)
    const machine = await Machine.start({
      cable: link,
      memory,
      nic,
      watchable,
      emit: (happening) => {
        emit(happening)
        typist?.heed(happening)
      },
    })
    this.#closers.push(() => machine.quit())
    // On the serial port, where the prompt is heard: it may be all the console that the target has.
    typist?.sitDown((text) => machine.type(text))
    this.#machine = machine
  }

  async #startOnInterface(choice: InterfaceChoice, options: StartOptions): Promise<void> {
    let packets: NicCapture | undefined
    const link = await this.#openReserved(choice, sessionPorts(options), options.user, (nic) => {
      if (options.keep === true) packets = this.#openPackets(nic)
    })
    // Files are read and written from here on, with the rights of the user who chose them.
    const kept = await this.#keepJournal(options)
    await this.#keepPackets(packets, this.#boundCapture(kept))
    const session = await Session.start({
      link,
      planned: await this.#plan(options, link.address),
      dhcp: options.dhcp,
      isShared: true,
      emit: this.#journal.record,
    })
    this.#closers.push(() => session.close())
  }

  /** Opens the interface and its ports, and gives root up after what else needs it. */
  async #openReserved(
    choice: InterfaceChoice,
    ports: SessionPorts,
    user?: string,
    asRoot: (nic: Nic) => void = () => {},
  ): Promise<ReservedLink> {
    const nic = await this.#openInterface(choice, ports)
    this.#closers.push(() => nic.close())
    const link = await ReservedLink.reserve(nic, ports)
    asRoot(nic)
    const serving = dropPrivileges(this.#caller ?? user)
    if (serving !== undefined) {
      const { name, uid, gid } = serving
      this.#journal.record({ type: 'privileges-dropped', user: name, uid, gid })
    }
    return link
  }

  /** A session goes on without: undefined when the journal is not kept. */
  async #keepJournal({ keep = false }: StartOptions): Promise<KeptFiles | undefined> {
    if (!keep) return undefined
    const complain = (reason: string) => this.report(`The journal of this session cannot be kept: ${reason}.`)
    try {
      const files = await keptFiles()
      this.#journal.keepIn(files.journal, complain)
      return files
    } catch (error) {
      complain((error as Error).message)
      return undefined
    }
  }

  /** A session may run for days: its newest packets are kept. */
  #boundCapture(kept: KeptFiles | undefined): CaptureFile | undefined {
    if (kept === undefined) return undefined
    const text = `The capture of this session has reached ${formatBytes(KEPT_CAPTURE)}: its oldest packets give way to new ones from now on.`
    const onCut = () => this.#journal.record({ type: 'notice', level: 'info', text })
    return { path: kept.capture, limit: KEPT_CAPTURE, onCut }
  }

  /** A session goes on without: undefined where packets cannot be had. */
  #openPackets(nic: Nic): NicCapture | undefined {
    if (!NicCapture.isPossible()) return undefined
    try {
      const packets = NicCapture.open(nic)
      this.#closers.push(() => packets.close())
      return packets
    } catch (error) {
      this.report(`The packets of this session cannot be kept: ${(error as Error).message}.`)
      return undefined
    }
  }

  async #keepPackets(packets: NicCapture | undefined, file: CaptureFile | undefined): Promise<void> {
    if (packets === undefined || file === undefined) return
    try {
      await packets.keepIn(file, (text) => this.report(text))
      this.#capture = file
    } catch (error) {
      this.report(`The packets of this session cannot be kept: ${(error as Error).message}.`)
    }
  }

  async #keptJournal(): Promise<KeptFile> {
    const path = await this.#journal.written()
    if (path !== undefined) return { parts: [path] }
    throw new ServiceFailure(
      'not-kept',
      'There is no journal: no session was started, or none that keeps it.',
    )
  }

  #keptCapture(): KeptFile {
    if (this.#capture !== undefined) return { parts: captureParts(this.#capture.path) }
    throw new ServiceFailure('not-kept', 'The packets of this session are not kept.', [
      'Those of a virtual target are, and on Linux those of targets on an interface, when its ports were opened with authorisation.',
      'Otherwise record them beside Bootwire with Wireshark.',
    ])
  }

  #plan(options: StartOptions, address: Ipv4Address): Promise<PlannedSession> {
    return planSession(options, planningContext(options, address, this.#journal.record))
  }

  async #openInterface({ name, address: text }: InterfaceChoice, ports: SessionPorts): Promise<Nic> {
    const address = text === undefined ? undefined : readSubnet(text)
    const keeper = await this.#startKeeper(name, address, ports)
    try {
      return await openNic({
        interface: name,
        ...(address === undefined ? {} : { address: address.address }),
        ...(keeper === undefined ? {} : { keeper }),
      })
    } catch (error) {
      await keeper?.close()
      throw error
    }
  }

  /** Only root needs one to open ports again; an address for the session needs one, and root. */
  async #startKeeper(
    name: string,
    address: Subnet | undefined,
    { datagrams, streams }: SessionPorts,
  ): Promise<Keeper | undefined> {
    if (address === undefined && !mayAdminister()) return undefined
    const keeper = await startKeeper({
      program: KEEPER,
      interface: name,
      ports: datagrams,
      streamPorts: streams,
      ...(address === undefined ? {} : { address }),
    })
    for (const leftover of keeper.leftovers)
      this.#journal.record({ type: 'notice', level: 'info', text: `Took back ${leftover}, left by a crash.` })
    if (keeper.assigned && address !== undefined)
      this.#journal.record({
        type: 'notice',
        level: 'info',
        text: `Gave ${name} the address ${address.address}/${address.prefixLength} for this session.`,
      })
    return keeper
  }

  async #stop(reason: string): Promise<null> {
    if (this.#closers.length === 0) return null
    const wasRunning = this.#state === 'running'
    this.#state = 'stopping'
    await this.#closeAll()
    this.#state = 'idle'
    if (wasRunning) this.#journal.record({ type: 'session-stopped', reason })
    return null
  }

  async #closeAll(): Promise<void> {
    this.#machine = undefined
    for (const close of this.#closers.splice(0).reverse())
      try {
        await close()
      } catch (error) {
        this.report(`Something could not be closed: ${String(error)}`)
      }
  }

  #requireMachine(): Machine {
    if (this.#machine === undefined)
      throw new ServiceFailure('no-machine', 'There is no virtual target in this session.', [
        'Start a session on the virtual cable.',
      ])
    return this.#machine
  }
}

function typistFor({ chain, plan }: PlannedSession, choice: WireChoice): Typist | undefined {
  if (plan.typing !== undefined) return new Typist(plan.typing.prompt, choice.type ?? plan.typing.lines)
  if (choice.type === undefined) return undefined
  throw new ServiceFailure('bad-choice', `The chain "${chain.id}" boots without a prompt to type at.`, [
    'Leave the text to type out.',
  ])
}
