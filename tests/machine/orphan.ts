/** Starts a program on the leash, tells its process id, and then waits to be killed. */
import { spawnOnLeash } from '../../electron/machine/leash.ts'

const [path = '', ...argv] = process.argv.slice(2)
const child = spawnOnLeash(path, argv)
child.stdout?.resume()
process.stdout.write(`${child.pid}\n`)
setInterval(() => {}, 1000)
