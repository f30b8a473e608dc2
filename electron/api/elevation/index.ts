/** How a boot service is started with the rights that ports below 1024 and interface addresses take. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Elevation } from '../desktop.ts'
import { ownLaunch, type Launch } from '../launch.ts'
import { ServiceError, type Ending } from '../service-client.ts'
import { osascriptLaunch } from './osascript.ts'
import { pkexecLaunch } from './pkexec.ts'

/** What elevation takes on this computer, by this user. */
export async function elevationHere(): Promise<Elevation> {
  // Windows reserves no port, and root has what it takes.
  if (process.platform === 'win32' || process.geteuid?.() === 0) return 'not-needed'
  const asker = process.platform === 'darwin' ? 'osascript' : 'pkexec'
  return (await findInPath(asker)) === undefined ? 'impossible' : 'asks'
}

/** Rejects with a `ServiceError` when nothing here can ask for authorisation. */
export async function elevatedLaunch(script: string): Promise<Launch> {
  switch (await elevationHere()) {
    case 'not-needed':
      return ownLaunch(script)
    case 'asks':
      return process.platform === 'darwin' ? osascriptLaunch(script) : pkexecLaunch(script)
    case 'impossible':
      throw impossible('there is no pkexec on this computer (Debian: pkexec)')
  }
}

/** pkexec(1): the dialog was dismissed. */
const DISMISSED = 126
/** pkexec(1): not authorised, or authorisation could not be asked for. */
const NOT_AUTHORISED = 127

/**
 * What it means that an elevated service ended without a word: a `ServiceError` when authorisation was refused or
 * could not be asked for, else undefined.
 */
export function authorisationError({ spoke, status, complaints }: Ending): ServiceError | undefined {
  if (spoke) return undefined
  // AppleScript's number for a dialog that was cancelled.
  if (status === DISMISSED || complaints.includes('(-128)')) return refused()
  if (status !== NOT_AUTHORISED) return undefined
  return /no authentication agent|agent found/i.test(complaints)
    ? impossible('no authentication agent runs in this desktop session')
    : refused(complaints)
}

function refused(words = ''): ServiceError {
  const because = words === '' ? 'it was not given' : `it was refused: ${words.replace(/\.?$/, '')}`
  return new ServiceError({
    code: 'authorisation-refused',
    message: `The ports of a boot server are opened with the administrator's authorisation, and ${because}. Nothing was started.`,
    remedies: [
      'Start again and authorise it; Bootwire goes on as you as soon as the ports are open.',
      'Boot a virtual target instead: it takes no authorisation.',
    ],
  })
}

function impossible(why: string): ServiceError {
  return new ServiceError({
    code: 'authorisation-impossible',
    message: `The ports of a boot server are opened with the administrator's authorisation, which cannot be asked for: ${why}.`,
    remedies: [
      'Start the session in a terminal instead, with sudo and the command bootwire serve, which says what it needs.',
      'Boot a virtual target instead: it takes no authorisation.',
    ],
  })
}

async function findInPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program)
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (folder !== '' && runs) return path
  }
  return undefined
}
