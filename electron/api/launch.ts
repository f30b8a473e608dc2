import type { Readable } from 'node:stream'

/** How a boot service is started. */
export interface Launch {
  readonly program: string
  readonly parameters: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** What its standard input begins with, before the first request. */
  readonly preamble?: () => Readable
}

/**
 * How the service's Node is started. What packets leave behind dies young: a larger nursery would hold 40 MB more of
 * it, and clean it up no faster.
 */
export const SERVICE_FLAGS: readonly string[] = ['--max-semi-space-size=4']

/** The service as this user, under the Node that runs this: Electron is one when it is told so. */
export function ownLaunch(script: string): Launch {
  return {
    program: process.execPath,
    parameters: [...SERVICE_FLAGS, script],
    environment: { ...process.env, ...AS_NODE },
  }
}

/** Plain Node does not know the variable. */
export const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' } as const
