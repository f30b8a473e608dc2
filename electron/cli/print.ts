let listening = false

/** One line on standard output. Whoever closes the other end of a pipe has seen enough, as `head` has. */
export function print(line: string): void {
  if (!listening)
    process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
  listening = true
  process.stdout.write(`${line}\n`)
}
