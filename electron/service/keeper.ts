import { fork, type ChildProcess } from 'node:child_process'
import { Socket } from 'node:dgram'
import { on, once } from 'node:events'
import { Server } from 'node:net'
import { LinkError } from '../link/link.ts'
import type { PortKeeper, PortSockets, RestoredPorts } from '../link/nic/ports.ts'
import type { Subnet } from '../protocols/addresses.ts'
import { RECORD_FOLDER } from './address-record.ts'
import { KeeperMessage, RESTORE, type KeeperPlan } from './keeper-messages.ts'
import { mayAdminister } from './privileges.ts'

export interface KeeperOptions {
  /** The file of `keeper-process`, as it was built. */
  readonly program: string
  readonly interface: string
  /** What it is given for the session, unless it has it already. By default it is to have an address. */
  readonly address?: Subnet
  /** UDP ports to open again when the adapter returns, which a user other than root could not. */
  readonly ports: readonly number[]
  /** TCP ports of the same kind. */
  readonly streamPorts?: readonly number[]
  /** Where it is written down that an address was given. */
  readonly recordFolder?: string
}

/**
 * Starts the keeper, which has to be done as root and before root is given up. First of all it takes back
 * addresses that were left by a crash. Rejects with a `LinkError`.
 */
export async function startKeeper(options: KeeperOptions): Promise<Keeper> {
  if (!mayAdminister()) throw notPermitted(options)
  const child = fork(options.program, [JSON.stringify(planOf(options))], {
    // Its own session, so that the terminal's Ctrl-C and hang-up do not end it with the address still there.
    detached: true,
    cwd: '/',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  for await (const { message } of messages(child))
    if (message.kind === 'ready') return new Keeper(child, message.assigned, message.leftovers)
  throw gone()
}

function planOf({
  interface: name,
  address,
  ports,
  streamPorts = [],
  recordFolder = RECORD_FOLDER,
}: KeeperOptions): KeeperPlan {
  return {
    interface: name,
    // On Windows no port is reserved, and sockets cannot be handed from one process to another.
    ports: process.platform === 'win32' ? [] : [...ports],
    streamPorts: process.platform === 'win32' ? [] : [...streamPorts],
    recordFolder,
    ...(address === undefined ? {} : { address }),
  }
}

/** What the keeper tells, until it ends. Throws the `LinkError` that it tells of. */
async function* messages(child: ChildProcess): AsyncGenerator<{ message: KeeperMessage; handle: unknown }> {
  for await (const [told, handle] of on(child, 'message', { close: ['disconnect'] })) {
    const message = KeeperMessage.parse(told)
    if (message.kind === 'failed') throw errorOf(message)
    yield { message, handle }
  }
}

function errorOf({ code, message, remedies }: Pick<LinkError, 'code' | 'message' | 'remedies'>): LinkError {
  return new LinkError(code, message, remedies)
}

function pairs(received: Record<keyof PortSockets, Map<number, Socket>>): Map<number, PortSockets> {
  const found = new Map<number, PortSockets>()
  for (const [port, hearing] of received.hearing) {
    const speaking = received.speaking.get(port)
    if (speaking !== undefined) found.set(port, { hearing, speaking })
  }
  return found
}

function notPermitted({ interface: name, address }: KeeperOptions): LinkError {
  const change = address === undefined ? 'looked after' : `given the address ${address.address}`
  const byHand =
    process.platform === 'linux' && address !== undefined
      ? [`Or give it beforehand: sudo ip address add ${address.address}/${address.prefixLength} dev ${name}`]
      : []
  return new LinkError(
    'not-permitted',
    `${name} cannot be ${change}: only the administrator of this computer may do that.`,
    process.platform === 'win32'
      ? ['Start Bootwire as administrator.']
      : [{ action: 'start-elevated' }, ...byHand],
  )
}

function gone(): LinkError {
  return new LinkError('failed', 'The process that keeps the address and the ports has ended.', [
    'Stop the session and start it again.',
  ])
}

/** The service's end of the keeper. */
export class Keeper implements PortKeeper {
  readonly #child: ChildProcess
  /** Whether the address was given by the keeper, and was not there before. */
  readonly assigned: boolean
  /** Addresses that were taken back from interfaces after a crash: `10.77.0.1/24 from eth0`. */
  readonly leftovers: readonly string[]

  /** Use `startKeeper`. */
  constructor(child: ChildProcess, assigned: boolean, leftovers: readonly string[]) {
    this.#child = child
    this.assigned = assigned
    this.leftovers = leftovers
  }

  /** The number of its process. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  async restore(): Promise<RestoredPorts> {
    if (!this.#child.connected) throw gone()
    const refused = { UDP: new Map<number, LinkError>(), TCP: new Map<number, LinkError>() }
    const listeners = new Map<number, Server>()
    const received = { hearing: new Map<number, Socket>(), speaking: new Map<number, Socket>() }
    try {
      this.#child.send(RESTORE)
      for await (const { message, handle } of messages(this.#child)) {
        if (message.kind === 'restored')
          return {
            datagrams: new Map<number, PortSockets | LinkError>([...pairs(received), ...refused.UDP]),
            streams: new Map<number, Server | LinkError>([...listeners, ...refused.TCP]),
          }
        if (message.kind === 'refused') refused[message.protocol].set(message.port, errorOf(message))
        if (message.kind === 'listener' && handle instanceof Server) listeners.set(message.port, handle)
        if (message.kind === 'socket' && handle instanceof Socket)
          received[message.role].set(message.port, handle)
      }
      throw gone()
    } catch (error) {
      for (const sockets of Object.values(received)) for (const socket of sockets.values()) socket.close()
      for (const listener of listeners.values()) listener.close()
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    await ended
  }
}
