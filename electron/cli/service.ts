import { fileURLToPath } from 'node:url'
import { ServiceClient } from '../api/service-client.ts'
import type { BootEvent } from '../api/contract.ts'

/** Starts the boot service that was built beside this command. */
export function openService(
  onEvent: (event: BootEvent) => void = () => {},
  onExit?: (reason: string | undefined) => void,
): ServiceClient {
  const script = fileURLToPath(new URL('./service.js', import.meta.url))
  return new ServiceClient({ script, onEvent, ...(onExit === undefined ? {} : { onExit }) })
}
