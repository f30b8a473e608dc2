import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bootwire } from './bootwire.ts'
import { compile } from './compile.ts'
import { Lab, noLab, type Computer } from './namespaces.ts'

const CALLS = 1_000_000
const MEGABYTE = 1024

describe.skipIf(noLab())('a million hostile calls to an exported folder', () => {
  const lab = new Lab()
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-hostile-'))
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'file'), randomBytes(500_000))
    writeFileSync(join(folder, 'busy'), 'busy')
    symlinkSync('loop', join(folder, 'loop'))
  })
  afterAll(async () => {
    await lab.close()
    rmSync(folder, { recursive: true })
  })

  it('are answered in the words of the protocol, each of them, and change neither folder nor memory', async () => {
    const [server, client] = [lab.computer('server'), lab.computer('client')]
    lab.cable([server, 'eth0'], [client, 'eth0'])
    client.address('eth0', '10.77.0.2/24')
    const options = ['--interface', 'eth0', '--address', '10.77.0.1/24']
    const run = new Bootwire(['export', folder, ...options], server)
    await run.ready()
    const before = digestOf(folder)
    const fuzzer = await compile('tests/lab/programs/nfs-fuzzer.ts')
    const flood = async (count: number) => {
      const { stdout, stderr } = await client.run(
        process.execPath,
        [fuzzer, '10.77.0.1', String(count)],
        100_000,
      )
      expect(stderr).toBe('')
      return JSON.parse(stdout) as { answered: number; faults: number }
    }
    const replacing = setInterval(() => {
      writeFileSync(join(folder, 'next'), 'busy')
      renameSync(join(folder, 'next'), join(folder, 'busy'))
    }, 50)

    const pid = serviceOf(server)
    let peak = 0
    const watching = setInterval(() => (peak = Math.max(peak, memoryOf(pid))), 100)
    const first = await flood((CALLS * 3) / 10)
    clearInterval(watching)
    const rest = await flood((CALLS * 7) / 10)
    clearInterval(replacing)
    expect(first.answered + rest.answered).toBeGreaterThanOrEqual(CALLS)
    expect(first.faults + rest.faults).toBe(0)
    // The collector lets memory rise and fall: what counts is that the last of it is no higher than the first was.
    expect(memoryOf(pid) - peak, 'kilobytes above the peak of the first third').toBeLessThan(20 * MEGABYTE)
    expect(digestOf(folder)).toBe(before)
    expect(run.of('notice').filter(({ level }) => level !== 'info')).toEqual([])
    expect(await run.stop()).toMatchObject({ status: 0 })
  }, 600_000)
})

function digestOf(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    const stats = lstatSync(join(folder, name))
    hash.update(`${name} ${stats.mode} `).update(stats.isFile() ? readFileSync(join(folder, name)) : '')
  }
  return hash.digest('hex')
}

function serviceOf(server: Computer): string {
  const pids = server.ip('netns', 'pids', server.namespace).split('\n').filter(Boolean)
  return pids.find((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('service.js'))!
}

/** Resident memory, in kilobytes. */
function memoryOf(pid: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
