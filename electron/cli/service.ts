import { fileURLToPath } from 'node:url'
import { ownLaunch } from '../api/launch.ts'
import { ServiceClient } from '../api/service-client.ts'
import type { BootEvent } from '../api/contract.ts'

/** Starts the boot service that was built beside this command. */
export function openService(
  onEvent: (event: BootEvent) => void = () => {},
  onExit?: (reason: string | undefined) => void,
): ServiceClient {
  const script = fileURLToPath(new URL('./service.js', import.meta.url))
  return new ServiceClient({
    launch: ownLaunch(script),
    onEvent,
    onExit: ({ reason }) => onExit?.(reason),
  })
}
