import { ServiceError } from '../api/service-client.ts'
import { failureOf } from '../service/failure.ts'
import { describeRemedy } from './remedies.ts'

/** What went wrong and, where it is known, each way out on a line of its own. */
export function formatFailure(error: unknown): string {
  const { message, remedies } = error instanceof ServiceError ? error : failureOf(error)
  return `bootwire: ${message}\n${remedies.map((remedy) => `  • ${describeRemedy(remedy)}\n`).join('')}`
}
