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
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bootwire } from './bootwire.ts'
import { compile } from './compile.ts'
import { Lab, noLab, type Computer } from './namespaces.ts'
import { unless } from '../skipping.ts'

const MEGABYTE = 1024
/** Shares of a million, in the order in which they are sent. The first is what memory is measured by. */
const FLOODS = {
  'for reading': [
    ['tcp', 250_000],
    ['tcp', 250_000],
    ['udp', 250_000],
  ],
  'that can be written to': [
    ['tcp', 100_000],
    ['tcp', 100_000],
    ['udp', 50_000],
  ],
} as const

describe('a million hostile calls', unless(noLab()), () => {
  let lab: Lab
  let folder: string
  let state: string
  beforeEach(() => {
    lab = new Lab()
    state = mkdtempSync(join(tmpdir(), 'bootwire-nfs-state-'))
    chmodSync(state, 0o777)
    folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-hostile-'))
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'file'), randomBytes(500_000))
    writeFileSync(join(folder, 'busy'), 'busy')
    symlinkSync('loop', join(folder, 'loop'))
  })
  afterEach(async () => {
    await lab.close()
    for (const each of [folder, state]) rmSync(each, { recursive: true })
  })

  it.each(['for reading', 'that can be written to'] as const)(
    'to a folder %s are answered in the words of the protocol, each of them, and change neither folder nor memory',
    async (kind) => {
      const [server, client] = [lab.computer('server'), lab.computer('client')]
      lab.cable([server, 'eth0'], [client, 'eth0'])
      client.address('eth0', '10.77.0.2/24')
      const options = ['--interface', 'eth0', '--address', '10.77.0.1/24']
      const more = kind === 'for reading' ? [] : ['--writable']
      const environment = { ...process.env, SUDO_UID: '65534', SUDO_GID: '65534', XDG_STATE_HOME: state }
      const run = new Bootwire(['export', folder, ...options, ...more], server, environment)
      await run.ready()
      const before = digestOf(folder)
      const fuzzer = await compile('tests/lab/programs/nfs-fuzzer.ts')
      const flood = async ([transport, count]: readonly ['tcp' | 'udp', number]) => {
        const { stdout, stderr } = await client.run(
          process.execPath,
          [fuzzer, '10.77.0.1', transport, String(count)],
          100_000,
        )
        expect(stderr).toBe('')
        const { answered, faults } = JSON.parse(stdout) as { answered: number; faults: number }
        expect(answered).toBeGreaterThanOrEqual(count)
        expect(faults).toBe(0)
      }
      const replacing = setInterval(() => {
        writeFileSync(join(folder, 'next'), 'busy')
        renameSync(join(folder, 'next'), join(folder, 'busy'))
      }, 50)

      const pid = serviceOf(server)
      let peak = 0
      const watching = setInterval(() => (peak = Math.max(peak, memoryOf(pid))), 100)
      const [first, ...rest] = FLOODS[kind]
      await flood(first)
      clearInterval(watching)
      for (const each of rest) await flood(each)
      clearInterval(replacing)
      // The collector lets memory rise and fall: what counts is that the last of it is no higher than the first was.
      expect(memoryOf(pid) - peak, 'kilobytes above the peak of the first flood').toBeLessThan(20 * MEGABYTE)
      expect(digestOf(folder)).toBe(before)
      expect(run.of('notice').filter(({ level }) => level !== 'info')).toEqual([])
      expect(await run.stop()).toMatchObject({ status: 0 })
    },
    600_000,
  )
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
