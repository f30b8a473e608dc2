import type { BootPlan } from '../../chains/chain.ts'
import type { Emit } from '../../clients/events.ts'
import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { ChainChoice } from '../commands.ts'

/** What is known when a session is planned. */
export interface PlanningContext {
  /** The address of the link, which is that of every server. */
  readonly address: Ipv4Address
  /** The target's serial port can be seen, as that of a virtual one. */
  readonly watchesConsole: boolean
  /** Where artefacts are kept from one session to the next, each made again only when what it is made of changed. */
  readonly artefacts: string
  readonly emit: Emit
}

/**
 * Reads what the user chose and makes what is missing. Rejects with a `PlanError` that names files which are not
 * there, and with a `ChoiceError`, an `ImportError` or a `ServiceFailure` for those that will not do.
 */
export type ChainPlanner = (choice: ChainChoice, context: PlanningContext) => Promise<BootPlan>
