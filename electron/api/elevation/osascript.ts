import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AS_NODE, SERVICE_FLAGS, type Launch } from '../launch.ts'

/**
 * `do shell script … with administrator privileges` runs as root and has no standard streams of its own. Two named
 * pipes in a folder of this user's alone carry them; a shell on our side copies between them and its own streams, and
 * ends with osascript, whose complaints it passes on. The pipes are opened for reading and writing, so that nobody
 * waits for the other side when authorisation is refused.
 */
export async function osascriptLaunch(script: string): Promise<Launch> {
  const folder = await mkdtemp(join(tmpdir(), 'bootwire-'))
  const [input, output] = [join(folder, 'in'), join(folder, 'out')]
  await promisify(execFile)('mkfifo', ['-m', '600', input, output])
  const service = [process.execPath, ...SERVICE_FLAGS, script, '--user', userInfo().username]
  const environment = Object.entries(AS_NODE).map(([name, value]) => `${name}=${value}`)
  const command = [
    ...['env', ...environment, ...service].map(quoted),
    '<',
    quoted(input),
    '>',
    quoted(output),
  ]
  const prompt = 'Bootwire opens the DHCP, TFTP and NFS ports of the chosen interface, and goes on as you.'
  const ask = `do shell script ${literal(command.join(' '))} with prompt ${literal(prompt)} with administrator privileges`
  return {
    program: '/bin/sh',
    parameters: ['-c', CARRIER, 'bootwire', folder, ask],
    environment: process.env,
  }
}

/**
 * Standard input ends with this process, however it went; then the service's does, and the service with it. The
 * reader of `out` is let go when osascript has ended.
 */
const CARRIER = `
folder=$1
exec 3<>"$folder/in" 4<>"$folder/out" 5<&0
cat <&5 >&3 3>&- 4>&- 5<&- &
carrier=$!
cat <&4 3>&- 4>&- 5<&- &
reader=$!
exec 3>&- 5<&-
osascript -e "$2" < /dev/null > /dev/null 4>&-
status=$?
sleep 0.2
kill "$carrier" "$reader" 2>/dev/null
rm -rf -- "$folder"
exit "$status"
`

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
/** A string of AppleScript. */
const literal = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
