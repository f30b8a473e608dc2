import { exportChoices, interfaceChoice, type ExportOptions, type InterfaceOptions } from './choices.ts'
import { runUntilInterrupted } from './run.ts'

/** Serves a folder alone, until it is interrupted. */
export async function exportFolder(
  folder: string,
  options: Omit<ExportOptions, 'export'> & InterfaceOptions & { readonly json?: boolean },
): Promise<void> {
  const { user } = options
  await runUntilInterrupted(
    {
      link: interfaceChoice(options),
      dhcp: { mode: 'off', force: false, allow: [], fixed: [] },
      exports: exportChoices({ ...options, export: [folder] }),
      ...(user === undefined ? {} : { user }),
    },
    options,
  )
}
