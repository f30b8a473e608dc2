import type { Failure } from '../../electron/api/desktop.ts'
import { describeRemedy, type Way } from './remedies.ts'

/** What a rejected call of the contract tells: what is wrong, and each way out. */
export function failureOf(error: unknown): Failure {
  const { code, message, remedies } = (error ?? {}) as Partial<Failure>
  return {
    code: typeof code === 'string' ? code : 'failed',
    message: typeof message === 'string' && message !== '' ? message : String(error),
    remedies: Array.isArray(remedies) ? remedies : [],
  }
}

/** The ways out as sentences, but for those that the page takes itself. */
export function remediesOf({ remedies }: Failure, ways: readonly Way[] = []): readonly string[] {
  return remedies
    .filter((remedy) => typeof remedy === 'string' || !ways.some(({ action }) => action === remedy.action))
    .map(describeRemedy)
}

/** A remedy in two parts where it has them: what is missing, and where it comes from. */
export function splitRemedy(remedy: string): { readonly what?: string; readonly how: string } {
  const colon = remedy.indexOf(': ')
  return colon < 0 ? { how: remedy } : { what: remedy.slice(0, colon), how: remedy.slice(colon + 2) }
}
