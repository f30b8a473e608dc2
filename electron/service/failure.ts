import { ChoiceError, PlanError } from '../chains/chain.ts'
import { LayoutError } from '../formats/hfsplus/entries.ts'
import { ImageError } from '../library/images/content.ts'
import { ImportError } from '../library/import.ts'
import { MachineError } from '../machine/find.ts'
import { LinkError } from '../link/link.ts'
import { DecodeError } from '../protocols/bytes.ts'
import type { Failure } from './commands.ts'
import type { Remedy } from './remedies.ts'

/** A command that cannot be done: what is wrong and why, and each way out. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure'
  readonly code: string
  readonly remedies: readonly Remedy[]

  constructor(code: string, message: string, remedies: readonly Remedy[] = []) {
    super(message)
    this.code = code
    this.remedies = remedies
  }
}

/** Root is given up before the first file is read. */
export const RUN_AS_OWNER = { action: 'run-as-owner' } as const

/** An error in the form in which it crosses to a face. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ServiceFailure || error instanceof LinkError)
    return { code: error.code, message: error.message, remedies: [...error.remedies] }
  if (error instanceof PlanError)
    return {
      code: 'files-missing',
      message: `Not everything that this chain needs is there: ${error.missing.map(({ what }) => what).join(', ')}.`,
      remedies: error.missing.map(({ what, remedy }) => `${what}: ${remedy}`),
    }
  if (error instanceof ImportError && error.code === 'not-readable')
    return { code: 'bad-choice', message: error.message, remedies: [error.remedy, RUN_AS_OWNER] }
  if (
    error instanceof ImportError ||
    error instanceof ImageError ||
    error instanceof LayoutError ||
    error instanceof ChoiceError ||
    error instanceof MachineError
  )
    return { code: 'bad-choice', message: error.message, remedies: [error.remedy] }
  if (error instanceof DecodeError) return { code: 'bad-input', message: error.message, remedies: [] }
  return { code: 'failed', message: error instanceof Error ? error.message : String(error), remedies: [] }
}
