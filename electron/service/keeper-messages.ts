/** What the service and its keeper tell each other. */
import { z } from 'zod'
import { LinkRemedy } from './remedies.ts'

/** All that a keeper will ever do, fixed when it is started as root: it takes no names from messages. */
export const KeeperPlan = z.object({
  interface: z.string(),
  /** What the interface is given if it has it not. Without one it is to have an address already. */
  address: z.object({ address: z.string(), prefixLength: z.number() }).optional(),
  /** UDP ports, and TCP ports, that are opened again. */
  ports: z.array(z.number().int()),
  streamPorts: z.array(z.number().int()),
  recordFolder: z.string(),
})
export type KeeperPlan = z.infer<typeof KeeperPlan>

/** The one thing a keeper can be asked for. */
export const RESTORE = 'restore'

/** A `LinkError` on its way from one process to another. */
const failure = {
  code: z.enum(['no-interface', 'no-address', 'port-taken', 'not-permitted', 'failed']),
  message: z.string(),
  remedies: z.array(LinkRemedy),
}

export const KeeperMessage = z.discriminatedUnion('kind', [
  /** The interface has its address; `leftovers` of a crash before were taken back from interfaces. */
  z.object({ kind: z.literal('ready'), assigned: z.boolean(), leftovers: z.array(z.string()) }),
  /** Goes with a UDP socket. */
  z.object({ kind: z.literal('socket'), port: z.number(), role: z.enum(['hearing', 'speaking']) }),
  /** Goes with a TCP socket that listens. */
  z.object({ kind: z.literal('listener'), port: z.number() }),
  /** This one of the plan's ports cannot be had at the moment. */
  z.object({ kind: z.literal('refused'), port: z.number(), protocol: z.enum(['UDP', 'TCP']), ...failure }),
  z.object({ kind: z.literal('restored') }),
  z.object({ kind: z.literal('failed'), ...failure }),
])
export type KeeperMessage = z.infer<typeof KeeperMessage>
