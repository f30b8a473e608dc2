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

/** Ways out that are options of the command line: the wizard has a control for each. */
const COMMAND_LINE = /(^|\s)--(address|dhcp|force|keep|user)\b/

/** The ways out that can be taken from the wizard. */
export function remediesOf({ remedies }: Failure): readonly string[] {
  return remedies.filter((remedy) => !COMMAND_LINE.test(remedy))
}

/** A remedy in two parts where it has them: what is missing, and where it comes from. */
export function splitRemedy(remedy: string): { readonly what?: string; readonly how: string } {
  const colon = remedy.indexOf(': ')
  return colon < 0 ? { how: remedy } : { what: remedy.slice(0, colon), how: remedy.slice(colon + 2) }
}
