import { execFile, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findProgram } from '../../../build/debian.mjs'
import { OURS, print, rowOf, type Row } from '../row.ts'
import { NetworkNamespace } from './namespace.ts'
import { peers } from './peers.ts'

const BLOCK_SIZES = [512, 1408, 1456]
const WINDOW_SIZES = [1, 8, 64]
const CLIENTS = [1, 16, 64]
const ROUNDS = 2
/** Bytes that all clients fetch together. */
const TOTAL = 64 * 1024 * 1024
/** Milliseconds after which no further row is begun. */
const DEADLINE = 5.5 * 60_000
const MEMORY_LIMIT = 120

interface Served {
  readonly name: string
  readonly size: number
  readonly checksum: string
}

interface Contestant {
  readonly name: string
  readonly port: number
  readonly process: ChildProcess
}

/** What client.c prints. */
interface Measurement {
  readonly bytes: number
  readonly seconds: number
  readonly failed: number
}

/**
 * Measures TFTP over loopback against the peers that are there, and says which are not. `serverProgram` is
 * serve.ts as it was built; `folder` is this folder in the sources.
 */
export async function benchTftp(serverProgram: string, folder: string): Promise<Row[]> {
  const work = await mkdtemp(join(tmpdir(), 'bootwire-bench-'))
  const network = await NetworkNamespace.create()
  try {
    const client = await buildClient(folder)
    const files = await Promise.all(CLIENTS.map((clients) => makeFile(work, clients)))
    const contestants = await startAll(network, serverProgram, work, files)
    const rows: Row[] = []
    const end = Date.now() + DEADLINE
    for (const windowSize of WINDOW_SIZES)
      for (const blockSize of BLOCK_SIZES)
        for (const [index, clients] of CLIENTS.entries()) {
          const name = `TFTP, block ${blockSize}, window ${windowSize}, ${clients} ${clients === 1 ? 'client' : 'clients'}`
          if (Date.now() > end) {
            console.log(`${name}: skipped, the benchmark has taken its time`)
            continue
          }
          const file = files[index] as Served
          const speeds = new Map<string, number>()
          for (let round = 0; round < ROUNDS; round++)
            for (const contestant of contestants) {
              const parameters = [contestant.port, file.name, blockSize, windowSize, clients, 1]
              const speed = await measure(network, client, contestant.name, parameters, file)
              speeds.set(contestant.name, Math.max(speed, speeds.get(contestant.name) ?? 0))
            }
          rows.push(print(rowOf(name, 'MB/s', speeds)))
        }
    const ours = contestants.find(({ name }) => name === OURS)
    if (ours !== undefined) rows.push(print(await memoryRow(ours.process)))
    return rows
  } finally {
    network.close()
    await rm(work, { recursive: true })
  }
}

async function startAll(
  network: NetworkNamespace,
  serverProgram: string,
  folder: string,
  files: readonly Served[],
): Promise<Contestant[]> {
  const paths = files.map(({ name }) => join(folder, name))
  const started = [
    {
      name: OURS,
      port: 7001,
      process: network.spawn(process.execPath, [serverProgram, 'lo', '7001', ...paths]),
    },
  ]
  for (const peer of peers) {
    const program = findProgram(peer.program)
    if (program === undefined) console.log(`${peer.name} is not there and is not measured.`)
    else started.push({ ...peer, process: network.spawn(program, peer.arguments(folder)) })
  }
  await Promise.race([once(started[0]!.process.stdout!, 'data'), pause(10_000)])
  // The others do not say when they are ready.
  await pause(500)
  const running: Contestant[] = []
  for (const { name, port, process } of started) {
    if (process.exitCode === null) running.push({ name, port, process })
    else
      console.log(`${name} did not start and is not measured. ${String(process.stderr?.read() ?? '').trim()}`)
  }
  return running
}

/** Megabytes a second; 0 when a fetch failed, which is said. */
async function measure(
  network: NetworkNamespace,
  client: string,
  server: string,
  [port, ...rest]: readonly (string | number)[],
  { size, checksum }: Served,
): Promise<number> {
  const parameters = ['127.0.0.1', port, ...rest, size, checksum].map(String)
  const child = network.spawn(client, parameters)
  let output = ''
  let errors = ''
  child.stdout!.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr!.on('data', (data: Buffer) => (errors += data.toString()))
  await once(child, 'close')
  const result = output === '' ? undefined : (JSON.parse(output) as Measurement)
  if (result === undefined || result.failed > 0) {
    const fetches = result === undefined ? 'the fetch' : `${result.failed} fetches`
    console.log(`${server}: ${fetches} failed. ${errors.trim().split('\n')[0] ?? ''}`)
    return 0
  }
  return result.bytes / result.seconds / 1e6
}

/** The most memory that our process ever had, in MB. */
async function memoryRow({ pid }: ChildProcess): Promise<Row> {
  // nsenter became the server, so its process is the server's.
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])
  return {
    name: 'TFTP, memory at its highest',
    unit: 'MB',
    ours: kilobytes / 1000,
    peers: {},
    limit: MEMORY_LIMIT,
  }
}

/** Compiles the client, unless it is newer than its source. */
async function buildClient(folder: string): Promise<string> {
  const cache = join('node_modules', '.cache', 'bootwire', 'bench')
  const program = join(cache, 'tftp-client')
  const source = join(folder, 'client.c')
  const built = await stat(program).catch(() => undefined)
  if (built !== undefined && built.mtimeMs > (await stat(source)).mtimeMs) return program
  await mkdir(cache, { recursive: true })
  await promisify(execFile)('gcc', ['-O2', '-Wall', '-Wextra', '-o', program, source])
  return program
}

/** A file of random bytes such that all clients together fetch the total. */
async function makeFile(folder: string, clients: number): Promise<Served> {
  const name = `for-${clients}`
  const bytes = randomBytes(TOTAL / clients)
  await writeFile(join(folder, name), bytes, { mode: 0o644 })
  return { name, size: bytes.length, checksum: checksum(bytes) }
}

/** What client.c computes: FNV-1a with 64-bit little-endian words in place of bytes. */
function checksum(bytes: Buffer): string {
  const prime = 0x100000001b3n
  let hash = 0xcbf29ce484222325n
  for (let at = 0; at < bytes.length; at += 8)
    hash = BigInt.asUintN(64, (hash ^ bytes.readBigUInt64LE(at)) * prime)
  return hash.toString(16)
}
