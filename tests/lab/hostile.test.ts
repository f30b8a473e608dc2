import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Bootwire } from './bootwire.ts'
import { compile } from './compile.ts'
import { Lab, noLab, type Computer } from './namespaces.ts'
import { unless } from '../skipping.ts'

const DATAGRAMS = 1_000_000
const MEGABYTE = 1024

describe('a million hostile datagrams', unless(noLab()), () => {
  const lab = new Lab()
  afterAll(() => lab.close())

  it('leave the service answering, and its memory where it was', async () => {
    const [server, client] = [lab.computer('server'), lab.computer('client')]
    lab.cable([server, 'eth0'], [client, 'eth0'])
    const run = new Bootwire(['serve', '--interface', 'eth0', '--address', '10.77.0.1/24', '--force'], server)
    await run.ready()
    client.address('eth0', '10.77.0.2/24')
    const sender = await compile('tests/lab/programs/hostile-sender.ts')
    const fixtures = readdirSync('tests/fixtures/dhcp').map((name) => join('tests/fixtures/dhcp', name))
    const flood = (count: number) =>
      client.run(process.execPath, [sender, '10.77.0.1', String(count), ...fixtures], 300_000)

    const { pid, drops } = watch(server)
    // The collector lets memory rise and fall: what counts is that the last of it is no higher than the first was.
    const peak = highest(() => memoryOf(pid))
    await flood((DATAGRAMS * 3) / 10)
    const early = peak()
    expect(await flood((DATAGRAMS * 7) / 10)).toMatchObject({ status: 0 })
    expect(drops(), 'lost before the service could see them').toBeLessThan(DATAGRAMS / 20)
    expect(memoryOf(pid) - early, 'kilobytes above the peak of the first third').toBeLessThan(20 * MEGABYTE)

    const copy = '/dev/null'
    const fetch = ['-s', '-o', copy, '-w', '%{size_download}', 'tftp://10.77.0.1/pxelinux.cfg/default']
    const { stdout, status } = await client.run('curl', fetch)
    expect({ status, size: Number(stdout) }).toEqual({
      status: 0,
      size: fileSize(run, 'pxelinux.cfg/default'),
    })
    client.ip('address', 'flush', 'dev', 'eth0')
    const ask = ['-i', 'eth0', '-f', '-n', '-q', '-s', '/bin/true']
    expect(await client.run('udhcpc', ask)).toMatchObject({ status: 0 })
    expect(await run.stop()).toMatchObject({ status: 0 })
  }, 600_000)
})

function watch(server: Computer) {
  const pids = server.ip('netns', 'pids', server.namespace).split('\n').filter(Boolean)
  const pid = pids.find((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('service.js'))!
  return {
    pid,
    /** Datagrams that the service's sockets had no room for: the last column of their lines. */
    drops: () =>
      readFileSync(`/proc/${pid}/net/udp`, 'utf8')
        .split('\n')
        .slice(1)
        .reduce((sum, line) => sum + Number(/(\d+)\s*$/.exec(line)?.[1] ?? 0), 0),
  }
}

/** Looks ten times a second; the result ends that and gives the highest value seen. */
function highest(look: () => number): () => number {
  let peak = look()
  const timer = setInterval(() => (peak = Math.max(peak, look())), 100)
  return () => {
    clearInterval(timer)
    return peak
  }
}

/** Resident memory, in kilobytes. */
function memoryOf(pid: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

function fileSize(run: Bootwire, name: string): number | undefined {
  return run.of('session-started')[0]?.files.find((file) => file.name === name)?.size
}
