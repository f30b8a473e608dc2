/** `npm run bench`: every measurement with its peers in the same run, and what falls short of the best of them. */
import { fileURLToPath } from 'node:url'
import { benchDhcp } from './dhcp/run.ts'
import { benchNfs } from './nfs/run.ts'
import { isShort } from './row.ts'
import { benchTftp } from './tftp/run.ts'

const built = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const rows = [
  ...(await benchDhcp(built('./serve-dhcp.js'))),
  ...(await benchNfs(built('./serve-nfs.js'), built('./client-nfs.js'))),
  ...(await benchTftp(built('./serve-tftp.js'), 'tests/bench/tftp')),
]
const short = rows.filter(isShort)
console.log(
  short.length === 0
    ? `All ${rows.length} rows reach the best peer.`
    : `${short.length} of ${rows.length} rows fall short:\n${short.map(({ name }) => `  ${name}`).join('\n')}`,
)
