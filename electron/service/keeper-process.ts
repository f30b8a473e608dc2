/**
 * The keeper: a small process that stays root when the service gives root up. It holds a plan that was fixed at
 * its start, restores what the plan names when it is asked, and takes the address back when the service has
 * ended, in whatever way. Its one parameter is the plan in JSON.
 */
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { readInterfaces } from '../link/interfaces.ts'
import { LinkError } from '../link/link.ts'
import { noAddress, noInterface, portError } from '../link/nic/errors.ts'
import { listenOn } from '../link/nic/nic-listener.ts'
import { closePort, openPort, type Attachment } from '../link/nic/ports.ts'
import { addAddress, hasAddress, removeAddress } from './address.ts'
import { forgetAddress, recordAddress, takeBackLeftovers } from './address-record.ts'
import { KeeperPlan, RESTORE, type KeeperMessage } from './keeper-messages.ts'

const plan = KeeperPlan.parse(JSON.parse(process.argv[2] ?? ''))
/** Where ports are opened again: the address that the interface had at the start, or was given then. */
let attachment: Attachment | undefined
let assigned = false

/** Everything is done one after the other, so that the end finds nothing half done. */
let work = start()

// Ctrl-C in a terminal is for the service, which then ends this process by closing the channel.
process.on('SIGINT', () => undefined)
process.on('message', (message) => {
  if (message === RESTORE) work = work.then(restore)
})
for (const ending of ['disconnect', 'SIGTERM', 'SIGHUP'] as const)
  process.once(ending, () => {
    work = work.then(finish)
  })

async function start(): Promise<void> {
  try {
    const leftovers = await takeBackLeftovers(plan.recordFolder)
    await ensureAddress()
    await tell({ kind: 'ready', assigned, leftovers })
  } catch (error) {
    await tellFailure(error)
    await finish()
  }
}

/** The adapter was away, or its address was taken from it: puts both back, and hands new sockets over. */
async function restore(): Promise<void> {
  try {
    await ensureAddress()
    for (const port of plan.ports) if (attachment !== undefined) await handOver(attachment, port)
    for (const port of plan.streamPorts)
      if (attachment !== undefined) await handOverListener(attachment, port)
    await tell({ kind: 'restored' })
  } catch (error) {
    await tellFailure(error)
  }
}

async function finish(): Promise<void> {
  try {
    if (assigned && plan.address !== undefined) {
      if (await hasAddress(plan.interface, plan.address)) await removeAddress(plan.interface, plan.address)
      await forgetAddress(plan.recordFolder, plan.interface)
    }
  } finally {
    // When it could not be taken back the record stays, and the next start tries again.
    process.exit()
  }
}

async function ensureAddress(): Promise<void> {
  const interfaces = await readInterfaces()
  const facts = interfaces.find(({ name }) => name === plan.interface)
  if (facts === undefined) throw noInterface(plan.interface, interfaces)
  const wanted = plan.address ?? facts.addresses[0]
  if (wanted === undefined && attachment === undefined) throw noAddress(plan.interface)
  attachment ??= { name: plan.interface, address: wanted?.address ?? '' }
  // An address that was there before is somebody else's: it is not to be taken away at the end.
  if (plan.address === undefined || facts.addresses.some(({ address }) => address === wanted?.address)) return
  await recordAddress(plan.recordFolder, plan.interface, plan.address)
  assigned = true
  await addAddress(plan.interface, plan.address)
}

/** A port that is refused does not keep the others from being restored: the service may be without it anyway. */
async function handOver(at: Attachment, port: number): Promise<void> {
  const sockets = await openPort(at, port).catch(async (error: unknown) => portError(error, at, port))
  if (sockets instanceof LinkError) {
    await tell({ kind: 'refused', port, protocol: 'UDP', ...failureOf(sockets) })
    return
  }
  try {
    for (const role of ['hearing', 'speaking'] as const)
      await tell({ kind: 'socket', port, role }, sockets[role])
  } finally {
    closePort(sockets)
  }
}

async function handOverListener(at: Attachment, port: number): Promise<void> {
  const server = await listenOn(at, port).catch(async (error: unknown) => portError(error, at, port, 'TCP'))
  if (server instanceof LinkError) {
    await tell({ kind: 'refused', port, protocol: 'TCP', ...failureOf(server) })
    return
  }
  await tell({ kind: 'listener', port }, server)
  server.close()
  await once(server, 'close')
}

async function tellFailure(error: unknown): Promise<void> {
  const known =
    error instanceof LinkError
      ? error
      : new LinkError(
          'failed',
          `${plan.interface} could not be prepared: ${(error as Error).message.trim()}`,
          ['Give the interface its address in the network settings of this computer, and start again.'],
        )
  await tell({ kind: 'failed', ...failureOf(known) })
}

function failureOf({ code, message, remedies }: LinkError) {
  return { code, message, remedies: [...remedies] }
}

/** Ends when the message is sent or can never be, because the service is gone. */
async function tell(message: KeeperMessage, socket?: Socket | Server): Promise<void> {
  await new Promise<void>((resolve) => {
    if (!process.connected) resolve()
    else process.send?.(message, socket, {}, () => resolve())
  })
}
