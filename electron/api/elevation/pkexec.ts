import { dirname, join } from 'node:path'
import { AS_NODE, SERVICE_FLAGS, type Launch } from '../launch.ts'
import { handOver, programFiles, runtimeFiles, type HandedFile } from './hand-over.ts'
import { isRootsOwn } from './roots-own.ts'

/**
 * An installed Bootwire has a program for this, which the polkit action `app.bootwire.service` names and explains
 * (resources/linux). Elsewhere, in an AppImage whose mount root cannot read or in a folder of the user's, root is
 * handed the program's files, because what a user can change while it runs is not for root to run.
 */
export async function pkexecLaunch(script: string): Promise<Launch> {
  const installed = join(resourcesFolder() ?? dirname(script), 'bootwire-service')
  if (await isRootsOwn(installed))
    return { program: 'pkexec', parameters: [installed], environment: process.env }

  const runsInPlace = await isRootsOwn(process.execPath)
  const files: HandedFile[] = [
    ...(await programFiles(script)),
    ...(runsInPlace ? [] : await runtimeFiles(process.execPath)),
  ]
  const node = runsInPlace ? process.execPath : './runtime/node'
  return {
    program: 'pkexec',
    parameters: ['/bin/sh', '-c', RECEIVER, 'bootwire', node, ...SERVICE_FLAGS, './dist/node/service.js'],
    environment: process.env,
    preamble: () => handOver(files),
  }
}

/** Where an Electron app's own files are; plain Node has no such place. */
function resourcesFolder(): string | undefined {
  return (process as { readonly resourcesPath?: string }).resourcesPath
}

/**
 * Run as root. Makes a folder that is new, under a name nobody can foresee, and root's alone to write to; so no link of
 * anyone's is followed. Each file comes as a line with mode, bytes and name, then its bytes; an empty line ends them. The
 * rest of the input is the service's own. The shell stays to remove the folder.
 */
const RECEIVER = `
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
folder=$(mktemp -d /tmp/bootwire-XXXXXXXXXXXX)
trap 'rm -rf -- "$folder"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 -- "$folder"
cd -- "$folder"
while read -r mode bytes name && [ -n "$mode" ]; do
  case "$name" in /* | *..*) exit 1 ;; esac
  mkdir -p -- "$(dirname -- "$name")"
  head -c "$bytes" > "$name"
  chmod "$mode" -- "$name"
done
node=$1
shift
${Object.entries(AS_NODE)
  .map(([name, value]) => `export ${name}=${value}`)
  .join('\n')}
"$node" "$@"
`
