import {
  chainChoice,
  exportChoices,
  interfaceChoice,
  type ChainOptions,
  type ExportOptions,
  type InterfaceOptions,
} from './choices.ts'
import { runUntilInterrupted } from './run.ts'
import type { DhcpChoice } from '../api/contract.ts'

interface ServeOptions extends ChainOptions, ExportOptions, InterfaceOptions {
  readonly dhcp: DhcpChoice['mode']
  readonly force?: boolean
  readonly allow: string[]
  readonly fixed: readonly string[]
}

/** Serves until it is interrupted. */
export async function serve(files: readonly string[], options: ServeOptions): Promise<void> {
  await runUntilInterrupted(
    {
      link: interfaceChoice(options),
      chain: chainChoice(files, options),
      exports: exportChoices(options),
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
}

function fixedAddress(text: string): { readonly mac: string; readonly address: string } {
  const [mac, address] = text.split('=')
  if (mac === undefined || address === undefined)
    throw new Error(
      `--fixed takes a MAC address and an IPv4 address, such as 52:54:00:12:34:56=10.77.0.20; got "${text}".`,
    )
  return { mac, address }
}
