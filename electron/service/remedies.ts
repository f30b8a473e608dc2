/**
 * Ways out of a failure. Where faces differ in how a way is taken, it is an action, and each face has its own words or
 * a button for it: the command line's options mean nothing to who clicks. Everything else is a sentence for all.
 */
import { z } from 'zod'

const linkActions = [
  /** Give the interface an address with prefix length for the session. */
  z.object({ action: z.literal('give-address'), address: z.string() }),
  /** Start again with the rights of the administrator. */
  z.object({ action: z.literal('start-elevated') }),
  /** Find out which program has a port. */
  z.object({ action: z.literal('find-port-owner'), protocol: z.enum(['UDP', 'TCP']), port: z.int() }),
] as const

const actions = [
  ...linkActions,
  /** Answer beside another DHCP server, by ProxyDHCP. */
  z.object({ action: z.literal('answer-beside') }),
  /** Give out addresses although another DHCP server does. */
  z.object({ action: z.literal('answer-anyway') }),
  /** Run as the user whose file it is. */
  z.object({ action: z.literal('run-as-owner') }),
  /** Do not keep what clients write. */
  z.object({ action: z.literal('forget-writes') }),
] as const

/** What a `LinkError` knows. */
export const LinkRemedy = z.union([z.string(), z.discriminatedUnion('action', linkActions)])

export const RemedyAction = z.discriminatedUnion('action', actions)
export type RemedyAction = z.infer<typeof RemedyAction>

export const Remedy = z.union([z.string(), RemedyAction])
export type Remedy = z.infer<typeof Remedy>
