import { dropPrivileges } from '../service/privileges.ts'
import { chainChoice, type ChainOptions } from './choices.ts'
import { startRun } from './run.ts'
import type { DhcpChoice } from '../api/contract.ts'

interface ServeOptions extends ChainOptions {
  readonly interface: string
  readonly dhcp: DhcpChoice['mode']
  readonly force?: boolean
  readonly address?: string
  readonly allow: string[]
  readonly fixed: readonly string[]
  readonly user?: string
}

/** Serves until it is interrupted. */
export async function serve(options: ServeOptions): Promise<void> {
  const run = await startRun(
    {
      link: {
        kind: 'interface',
        name: options.interface,
        ...(options.address === undefined ? {} : { address: options.address }),
      },
      chain: chainChoice(options),
      dhcp: {
        mode: options.dhcp,
        force: options.force ?? false,
        allow: options.allow,
        fixed: options.fixed.map(fixedAddress),
      },
      ...(options.user === undefined ? {} : { user: options.user }),
    },
    options,
  )
  try {
    // Only the service needed root, and only to open its sockets: this half only shows what it tells.
    dropPrivileges(options.user)
    await run.until(() => undefined)
  } finally {
    await run.close()
  }
}

function fixedAddress(text: string): { readonly mac: string; readonly address: string } {
  const [mac, address] = text.split('=')
  if (mac === undefined || address === undefined)
    throw new Error(
      `--fixed takes a MAC address and an IPv4 address, such as 52:54:00:12:34:56=10.77.0.20; got "${text}".`,
    )
  return { mac, address }
}
