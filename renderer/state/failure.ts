import type { Failure } from '../../electron/api/desktop.ts'

/** What a rejected call of the contract tells: what is wrong, and each way out. */
export function failureOf(error: unknown): Failure {
  const { code, message, remedies } = (error ?? {}) as Partial<Failure>
  return {
    code: typeof code === 'string' ? code : 'failed',
    message: typeof message === 'string' && message !== '' ? message : String(error),
    remedies: Array.isArray(remedies) ? remedies : [],
  }
}

/** A remedy in two parts where it has them: what is missing, and where it comes from. */
export function splitRemedy(remedy: string): { readonly what?: string; readonly how: string } {
  const colon = remedy.indexOf(': ')
  return colon < 0 ? { how: remedy } : { what: remedy.slice(0, colon), how: remedy.slice(colon + 2) }
}
