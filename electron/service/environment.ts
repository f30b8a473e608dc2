import { findQemu, MachineError } from '../machine/find.ts'
import type { Environment } from './results.ts'

export async function environment(): Promise<Environment> {
  try {
    const { version } = await findQemu()
    return { qemu: { found: true, version } }
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return { qemu: { found: false, remedy: `${error.message} ${error.remedy}` } }
  }
}
