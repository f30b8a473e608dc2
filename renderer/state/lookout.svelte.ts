import type { DesktopApi, Failure, FoundServers, InterfaceChoice } from '../../electron/api/desktop.ts'
import { failureOf } from './failure.ts'

/** What was found when other DHCP servers were looked for on an interface. */
export type Look =
  | { readonly state: 'looking' }
  | { readonly state: 'done'; readonly found: FoundServers }
  | { readonly state: 'failed'; readonly failure: Failure }

/** Looks for other DHCP servers, and remembers by interface what was found. */
export class Lookout {
  looks = $state.raw<Readonly<Record<string, Look>>>({})
  readonly looking = $derived(Object.values(this.looks).some(({ state }) => state === 'looking'))

  readonly #api: Pick<DesktopApi, 'lookForServers'>

  constructor(api: Pick<DesktopApi, 'lookForServers'>) {
    this.#api = api
  }

  async look(link: InterfaceChoice): Promise<void> {
    if (this.looking) return
    const note = (look: Look) => (this.looks = { ...this.looks, [link.name]: look })
    note({ state: 'looking' })
    try {
      note({ state: 'done', found: await this.#api.lookForServers(link) })
    } catch (error) {
      note({ state: 'failed', failure: failureOf(error) })
    }
  }
}

/** Those that give out addresses, which another that does would fight with. */
export function serversFound(look: Look | undefined): readonly string[] {
  return look?.state === 'done'
    ? look.found.servers.filter(({ isProxy }) => !isProxy).map(({ address }) => address)
    : []
}

/** What was found, as a sentence. */
export function describeLook({ servers, remarks }: FoundServers): string {
  const told = servers.map(({ address, offered, isProxy }) =>
    isProxy
      ? `${address} names boot files (ProxyDHCP)`
      : `${address} ${offered === undefined ? 'answers' : `offered ${offered}`}`,
  )
  const found =
    told.length === 0
      ? 'No other DHCP server answered just now.'
      : `${told.length === 1 ? 'A DHCP server is' : 'DHCP servers are'} there: ${told.join('; ')}.`
  return [found, ...remarks].join(' ')
}
