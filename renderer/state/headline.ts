import type { BootEvent } from '../../electron/api/desktop.ts'
import type { SessionState } from './session.svelte.ts'

type SessionStarted = Extract<BootEvent, { type: 'session-started' }>

/** What is going on, in a few words. */
export function headline({ started, running, clients, client, complete, milestones }: HeadlineFacts): string {
  if (client === undefined) return running ? 'Waiting for a target' : 'Stopped'
  if (complete) return milestones.findLast(({ id }) => client.reached[id] !== undefined)?.title ?? 'Booted'
  if (!running) return 'Stopped'
  if (clients.length > 1) return `Booting ${clients.length} targets`
  return started?.link.name === 'wire' ? 'Booting the virtual target' : `Booting ${client.id}`
}

type HeadlineFacts = Pick<
  SessionState,
  'started' | 'running' | 'clients' | 'client' | 'complete' | 'milestones'
>

/** Where Bootwire is answering, and whom. */
export function serving({ link, allow }: SessionStarted, isRunning: boolean): string {
  const where = link.name === 'wire' ? 'the virtual cable' : link.name
  if (!isRunning) return `No longer serving on ${where}`
  const whom =
    allow.length === 0 ? '' : allow.length === 1 ? `, to ${allow[0]!} alone` : `, to ${allow.length} machines`
  return `Serving on ${where} (${link.address})${whom}`
}
