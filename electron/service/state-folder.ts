import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

/** Where this user's state belongs on this system (XDG Base Directory, and its like elsewhere). */
function stateFolder(): string {
  if (process.platform === 'win32') return join(process.env['LOCALAPPDATA'] ?? homedir(), 'Bootwire')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Bootwire')
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'bootwire')
}

/** What the NFS file handles of this user are sealed with. */
export function handleSecretFile(): string {
  return join(stateFolder(), 'nfs-handle-secret')
}

/** What clients wrote to an exported folder, kept from one session to the next. */
export function overlayFolder(folder: string): string {
  const digest = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(stateFolder(), 'overlays', `${basename(folder)}-${digest}`)
}

/** The leases of an interface, kept from one session to the next. */
export function leaseFile(interfaceName: string): string {
  return join(stateFolder(), `leases-${interfaceName.replaceAll(/[^\w.-]/g, '_')}.json`)
}

/** Files that Bootwire made of the user's, such as disk images: they can be made again. */
export function artefactFolder(): string {
  return join(stateFolder(), 'artefacts')
}

/** What the user gave so far. */
export function libraryFile(): string {
  return join(stateFolder(), 'library.json')
}

/** Files that came by a browser, and so are nowhere else on this computer. */
export function uploadFolder(): string {
  return join(stateFolder(), 'uploads')
}

/** What a face was last asked to start. */
export function setupFile(): string {
  return join(stateFolder(), 'setup.json')
}

/** The journals and captures of the last sessions. */
export function sessionsFolder(): string {
  return join(stateFolder(), 'sessions')
}
