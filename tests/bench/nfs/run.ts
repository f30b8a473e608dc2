import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../build/debian.mjs'
import { SERVICE_FLAGS } from '../../../electron/api/launch.ts'
import { Lab, noLab, until, type Computer } from '../../lab/namespaces.ts'
import { OURS, print, rowOf, type Row } from '../row.ts'
import { startGanesha } from './ganesha.ts'

const SERVER = '10.77.0.1'
const FILE_SIZE = 256 * 1024 * 1024
const FILE = 'image'
/** How often each client reads the file: a server is warm after the first few hundred reads. */
const READINGS = { 1: 8, 8: 4 }
/** What is read while short answers are timed: it has no blocks on the disk, and is 1 GB on the way. */
const TRANSFER_SIZE = 1_000_000_000
const TRANSFER = 'transfer'
const SECONDS = 3
const LATENCY_LIMIT = 5

/** Everything that is measured of one server. */
interface Measured {
  readonly one: number
  readonly eight: number
  readonly lookups: number
}

/**
 * Measures NFS over a virtual cable against nfs-ganesha, which knows version 3 only. `serverProgram` and
 * `clientProgram` are serve.ts and client.ts as they were built.
 */
export async function benchNfs(serverProgram: string, clientProgram: string): Promise<Row[]> {
  if (noLab() || findProgram('nfs-cat') === undefined) {
    console.log(`NFS is not measured: ${noLab() ? 'it needs root' : 'nfs-cat is not there'}.`)
    return []
  }
  const work = await mkdtemp(join(tmpdir(), 'bootwire-bench-'))
  const folder = join(work, 'export')
  await chmod(work, 0o755)
  await mkdir(folder)
  await writeFile(join(folder, FILE), randomBytes(FILE_SIZE))
  await writeFile(join(folder, TRANSFER), '')
  await truncate(join(folder, TRANSFER), TRANSFER_SIZE)
  const bench = new Bench(clientProgram, folder)
  try {
    const measured = new Map<string, Measured>()
    let reads = 0
    let latency = 0
    await bench.with(
      (server) =>
        server.spawn(process.execPath, [...SERVICE_FLAGS, serverProgram, 'eth0', folder], { stdio: 'pipe' }),
      async () => {
        measured.set(OURS, await bench.measure())
        reads = await bench.calls('reads')
        latency = await bench.latencyUnderLoad()
      },
    )
    if (findProgram('ganesha.nfsd') === undefined || findProgram('rpcbind') === undefined)
      console.log('nfs-ganesha is not there and is not measured.')
    else
      await bench
        .with(
          (server) => startGanesha(server, work, folder),
          async () => void measured.set('nfs-ganesha', await bench.measure()),
        )
        .catch((error: unknown) => console.log(`nfs-ganesha is not measured: ${String(error)}`))
    const values = (key: keyof Measured) => new Map([...measured].map(([name, one]) => [name, one[key]]))
    return [
      print(rowOf('NFS 3 over TCP, sequential read, 1 client', 'MB/s', values('one'))),
      print(rowOf('NFS 3 over TCP, sequential read, 8 clients', 'MB/s', values('eight'))),
      print(rowOf('NFS 3 over TCP, LOOKUP and GETATTR', 'pairs/s', values('lookups'))),
      print(rowOf('NFS 2 over UDP, READ of 1 KiB', 'reads/s', new Map([[OURS, reads]]))),
      print({
        name: 'NFS 2, READ beside 1 GB by NFS 3, 99 %',
        unit: 'ms',
        ours: latency,
        peers: {},
        limit: LATENCY_LIMIT,
      }),
    ]
  } finally {
    await rm(work, { recursive: true })
  }
}

class Bench {
  readonly #clientProgram: string
  readonly #folder: string
  #client: Computer | undefined

  constructor(clientProgram: string, folder: string) {
    this.#clientProgram = clientProgram
    this.#folder = folder
  }

  /** Runs `action` while a server is there. */
  async with(
    start: (server: Computer) => ChildProcess | undefined | Promise<ChildProcess | undefined>,
    action: () => Promise<void>,
  ): Promise<void> {
    const lab = new Lab()
    try {
      const server = lab.computer('server')
      const client = (this.#client = lab.computer('client'))
      lab.cable([server, 'eth0'], [client, 'eth0'])
      server.address('eth0', `${SERVER}/24`)
      client.address('eth0', '10.77.0.2/24')
      const process = await start(server)
      process?.stdout?.resume()
      await until(
        'the server to listen',
        async () => {
          const { stdout } = await server.run('ss', ['-Hlnt'])
          return [2049, 20048, 111].every((port) => stdout.includes(`:${port} `))
        },
        15_000,
      )
      await action()
    } finally {
      await lab.close()
    }
  }

  async measure(): Promise<Measured> {
    // The first read brings the file into memory.
    await this.#read(1)
    return { one: await this.#read(1), eight: await this.#read(8), lookups: await this.calls('lookups') }
  }

  async calls(mode: string): Promise<number> {
    const parameters = [this.#clientProgram, mode, SERVER, this.#folder, FILE, String(SECONDS)]
    const { stdout, stderr } = await this.#client!.run(process.execPath, parameters)
    if (stdout === '') throw new Error(stderr)
    return Number(stdout)
  }

  async latencyUnderLoad(): Promise<number> {
    const loading = this.#cat('while nfs-cat "$0" >/dev/null; do :; done', TRANSFER)
    const ended = once(loading, 'exit')
    const value = await this.calls('latency')
    loading.kill()
    await ended
    return value
  }

  /** Megabytes a second that so many clients read together. */
  async #read(clients: keyof typeof READINGS): Promise<number> {
    const readings = READINGS[clients]
    const script = 'nfs-cat "$0" >/dev/null || exit 1;'.repeat(readings)
    const began = performance.now()
    const statuses = await Promise.all(
      Array.from({ length: clients }, async () => once(this.#cat(script), 'exit')),
    )
    if (statuses.some(([status]) => status !== 0)) throw new Error('nfs-cat failed.')
    return (clients * readings * FILE_SIZE) / 1000 / (performance.now() - began)
  }

  #cat(script: string, file = FILE): ChildProcess {
    const url = `nfs://${SERVER}${this.#folder}/${file}`
    return this.#client!.spawn('sh', ['-c', script, url], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}
