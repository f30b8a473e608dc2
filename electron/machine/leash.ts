import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A shell that becomes the program by `exec`, and leaves a subshell behind which reads descriptor 3. That ends
 * without a line only when this process is gone, however it went; then the program is killed. A line lets the
 * subshell go, so that it never kills a stranger who got the same process id later.
 */
const LEASH = '(read -r _ <&3 || kill -9 $$) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-'

/**
 * Starts a program that cannot outlive this process, even when that is killed by SIGKILL. Its standard streams
 * are pipes. It is in a session of its own, so that Ctrl-C in a terminal is this process's to handle.
 */
export function spawnOnLeash(path: string, argv: readonly string[]): ChildProcess {
  // Windows ends the children with their parent by itself: libuv puts them into a job object that does.
  if (process.platform === 'win32')
    return spawn(path, argv, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })

  const child = spawn('/bin/sh', ['-c', LEASH, 'bootwire', path, ...argv], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const leash = child.stdio[3]
  child.once('exit', () => {
    if (leash !== null && leash !== undefined && 'end' in leash) leash.end('let go\n')
  })
  // The program and its subshell may both be gone already.
  leash?.on('error', () => {})
  return child
}
