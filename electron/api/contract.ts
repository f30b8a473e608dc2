/** The contract between the boot service and every face: what may be asked, what is told, what can go wrong. */
export { BootEvent, Happening } from '../clients/events.ts'
export type { HappeningOf, Milestone } from '../clients/events.ts'
export { Command, Failure, Message, Request, StartOptions } from '../service/commands.ts'
export type { ChainChoice, DhcpChoice, ExportChoice, LinkChoice, NicModel } from '../service/commands.ts'
export { RemedyAction } from '../service/remedies.ts'
export type { Remedy } from '../service/remedies.ts'
export type { Results } from '../service/results.ts'
