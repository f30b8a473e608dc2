/** A session as the page's own functions start it and tell of it. */
import type { Failure, ServiceState, StartOptions } from '../../electron/api/desktop.ts'
import type { BootEvent } from '../../electron/clients/events.ts'
import { until } from '../lab/namespaces.ts'
import type { Opened } from './faces.ts'

/** The sample kernel on the virtual target, by PXELINUX. */
export const onWire = (link: object = {}, chain: object = {}): StartOptions => ({
  link: { kind: 'wire', memory: 128, nic: 'e1000', ...link },
  chain: { id: 'pxelinux', imports: [], modules: [], loaderFolders: [], ...chain },
  dhcp: { mode: 'full', force: false, allow: [], fixed: [] },
  exports: [],
})

/** The failure that starting ends with; undefined when it does not fail. */
export function start({ page }: Opened, options: StartOptions): Promise<Failure | undefined> {
  return page.evaluate(
    (given) =>
      window.bootwire.start(given).then(
        () => undefined,
        (failure: unknown) => failure as Failure,
      ),
    options,
  )
}

export interface Told {
  readonly events: BootEvent[]
  readonly states: ServiceState[]
}

/** Collects in the page what it is told from now on. */
export async function listen({ page }: Opened): Promise<() => Promise<Told>> {
  await page.evaluate(() => {
    const told: Told = { events: [], states: [] }
    Object.assign(window, { told })
    window.bootwire.onEvents((events) => told.events.push(...events))
    window.bootwire.onServiceState((state) => told.states.push(state))
  })
  return () => page.evaluate(() => (window as unknown as { told: Told }).told)
}

/** Starts a session, and waits until its target was heard and answered. */
export async function startAndHear(opened: Opened, options = onWire()): Promise<() => Promise<Told>> {
  const told = await listen(opened)
  await start(opened, options)
  await until('the target to be heard', async () =>
    (await told()).events.some(({ type }) => type === 'dhcp-sent'),
  )
  return told
}
