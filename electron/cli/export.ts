import { dropPrivileges } from '../service/privileges.ts'
import { exportChoices, interfaceChoice, type ExportOptions, type InterfaceOptions } from './choices.ts'
import { startRun } from './run.ts'

/** Serves a folder alone, until it is interrupted. */
export async function exportFolder(
  folder: string,
  options: Omit<ExportOptions, 'export'> & InterfaceOptions & { readonly json?: boolean },
): Promise<void> {
  const { user } = options
  const run = await startRun(
    {
      link: interfaceChoice(options),
      dhcp: { mode: 'off', force: false, allow: [], fixed: [] },
      exports: exportChoices({ ...options, export: [folder] }),
      ...(user === undefined ? {} : { user }),
    },
    options,
  )
  try {
    dropPrivileges(user)
    await run.until(() => undefined)
  } finally {
    await run.close()
  }
}
