import { ServiceError } from '../api/service-client.ts'

/** What went wrong and, where the service knows, each way out on a line of its own. */
export function formatFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const remedies = error instanceof ServiceError ? error.remedies : []
  return `bootwire: ${message}\n${remedies.map((remedy) => `  • ${remedy}\n`).join('')}`
}
