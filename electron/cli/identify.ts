import colors from 'picocolors'
import { formatBytes } from '../clients/units.ts'
import { identify, type ImportedFolder } from '../library/identify.ts'
import type { Import } from '../library/import.ts'
import { formatFailure } from './failure.ts'
import { print } from './print.ts'

/** Tells of each what it is; goes on after one that cannot be read, and fails at the end. */
export async function identifyFiles(
  paths: readonly string[],
  { json }: { readonly json?: boolean },
): Promise<void> {
  for (const path of paths)
    try {
      const found = await identify(path)
      if (json) print(toJson(found))
      else show(path, found)
    } catch (error) {
      process.stderr.write(formatFailure(error))
      process.exitCode = 1
    }
}

function show(path: string, found: Import | ImportedFolder): void {
  print(`${colors.bold(path)}${'size' in found ? colors.dim(`  ${formatBytes(found.size)}`) : ''}`)
  if ('recognition' in found) {
    print(`  ${found.recognition.description}`)
    for (const warning of found.recognition.warnings ?? []) print(colors.yellow(`  ! ${warning}`))
    print(colors.dim(`  SHA-256 ${found.sha256}`))
    return
  }
  print(`  ${found.description}`)
  for (const { text } of [...found.skipped, ...found.problems]) print(colors.yellow(`  ! ${text}`))
}

/** Addresses are 64-bit numbers, which JSON has no form for but text. */
function toJson(found: Import | ImportedFolder): string {
  return JSON.stringify(found, (_key, value: unknown) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  )
}
