/** Looking for other DHCP servers on an interface before a session is started there. */
import type { Link } from '../link/link.ts'
import type { ForeignServer } from '../servers/dhcp/foreign.ts'
import { probeForServers } from '../servers/dhcp/probe.ts'
import { CLIENT_PORT, SERVER_PORT } from '../protocols/dhcp/message.ts'
import type { SessionPorts } from './ports.ts'

export interface FoundServers {
  readonly servers: readonly ForeignServer[]
  /** Why one may have been missed, as sentences. */
  readonly remarks: readonly string[]
}

/** A probe needs one of them: which one, it finds out itself. */
export const PROBE_PORTS: SessionPorts = {
  datagrams: [CLIENT_PORT, SERVER_PORT],
  streams: [],
  optional: [CLIENT_PORT, SERVER_PORT],
}

/** Rejects with a `LinkError` when neither port of DHCP can be had. */
export async function lookForServers(link: Link): Promise<FoundServers> {
  const remarks: string[] = []
  const servers = await probeForServers(link, {
    emit: (happening) => {
      if (happening.type === 'notice') remarks.push(happening.text)
    },
  })
  return { servers, remarks }
}
