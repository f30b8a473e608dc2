/**
 * `npm run bench`: every measurement with its peers in the same run, and what falls short of the best of them.
 * `npm run bench -- nfs` measures one protocol alone.
 */
import { fileURLToPath } from 'node:url'
import { benchBoot132 } from './boot132/run.ts'
import { benchDesktop } from './desktop/run.ts'
import { benchDhcp } from './dhcp/run.ts'
import { benchNetboot } from './netboot/run.ts'
import { benchImage } from './image/run.ts'
import { benchNfs } from './nfs/run.ts'
import { isShort, type Row } from './row.ts'
import { benchTftp } from './tftp/run.ts'

const built = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const benches: Readonly<Record<string, () => Promise<Row[]>>> = {
  boot132: () => benchBoot132(built('../target')),
  desktop: () => benchDesktop('tests/bench/desktop/empty'),
  dhcp: () => benchDhcp(built('./serve-dhcp.js')),
  image: () => Promise.resolve(benchImage(built('./build-image.js'))),
  netboot: () => benchNetboot(built('../target/samples/returning.elf')),
  nfs: () => benchNfs(built('./serve-nfs.js'), built('./client-nfs.js')),
  tftp: () => benchTftp(built('./serve-tftp.js'), 'tests/bench/tftp'),
}

const wanted = process.argv.slice(2)
const rows: Row[] = []
for (const [name, bench] of Object.entries(benches))
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await bench()))
const short = rows.filter(isShort)
console.log(
  short.length === 0
    ? `All ${rows.length} rows reach the best peer.`
    : `${short.length} of ${rows.length} rows fall short:\n${short.map(({ name }) => `  ${name}`).join('\n')}`,
)
