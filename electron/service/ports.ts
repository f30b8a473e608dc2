import { STANDARD_PORTS } from '../servers/nfs/server.ts'
import type { StartOptions } from './commands.ts'
import { needsNfs } from './planning/index.ts'

/** What a session opens before root is given up. */
export interface SessionPorts {
  /** UDP. */
  readonly datagrams: readonly number[]
  /** TCP. */
  readonly streams: readonly number[]
  /** UDP ports that the session can do without. */
  readonly optional: readonly number[]
}

const DHCP_CLIENT_PORT = 68
/** DHCP, the client port on which other servers are heard, TFTP, ProxyDHCP. */
const BOOT_PORTS = [67, DHCP_CLIENT_PORT, 69, 4011]

export function sessionPorts(options: StartOptions): SessionPorts {
  const nfs = needsNfs(options) ? Object.values(STANDARD_PORTS) : []
  return {
    datagrams: [...(options.chain === undefined ? [] : BOOT_PORTS), ...nfs],
    streams: nfs,
    optional: [DHCP_CLIENT_PORT],
  }
}
