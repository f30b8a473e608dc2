import { createHash, randomFillSync } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { findProgram } from '../../build/debian.mjs'
import { debianFile } from '../../build/peers.mjs'
import { Bootwire, noVirtualTarget } from './bootwire.ts'
import { Lab, noLab, until, type Computer } from './namespaces.ts'
import { unless } from '../skipping.ts'

const MEGABYTES = 1_000_000
const folder = mkdtempSync(join(tmpdir(), 'bootwire-serve-'))
// The service reads files as a user without rights.
chmodSync(folder, 0o755)
const file = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

describe('bootwire serve, to real clients', unless(noLab()), () => {
  let lab: Lab
  let server: Computer
  let client: Computer
  const running: Bootwire[] = []

  beforeEach(() => {
    lab = new Lab()
    server = lab.computer('server')
    client = lab.computer('client')
    lab.cable([server, 'eth0'], [client, 'eth0'])
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((run) => run.stop()))
    await lab.close()
  })

  function start(...options: string[]): Bootwire {
    const state = file(`state-${server.namespace}`)
    mkdirSync(state)
    chmodSync(state, 0o777)
    const run = new Bootwire(['serve', '--interface', 'eth0', ...options], server, {
      ...process.env,
      // What sudo tells; and no leases of another test.
      SUDO_UID: '65534',
      SUDO_GID: '65534',
      XDG_STATE_HOME: state,
    })
    running.push(run)
    return run
  }

  async function serve(...options: string[]): Promise<Bootwire> {
    const run = start('--address', '10.77.0.1/20', ...options)
    await run.ready()
    return run
  }

  /** A DHCP server of someone else's, which gives no boot file. */
  async function otherServer(computer = client, ...more: readonly string[]): Promise<void> {
    computer.address('eth0', '10.77.0.9/20')
    const options = ['-d', '--conf-file=/dev/null', '--port=0', '--dhcp-authoritative']
    const range = ['--interface=eth0', '--dhcp-range=10.77.8.10,10.77.8.50', '--leasefile-ro', '--user=root']
    const dnsmasq = computer.spawn('dnsmasq', [...options, ...range, ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let output = ''
    dnsmasq.stderr!.on('data', (data) => (output += String(data)))
    await until('dnsmasq to start', () => output.includes('DHCP, IP range'))
  }

  it('gives udhcpc an address, a router and a name', async (context) => {
    needs(context, 'udhcpc')
    await serve()
    const script = file('lease.sh')
    writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && env > "$0.env"\nexit 0\n', { mode: 0o755 })
    const { status } = await client.run('udhcpc', ['-i', 'eth0', '-f', '-n', '-q', '-s', script])
    expect(status).toBe(0)
    const lease = readFileSync(`${script}.env`, 'utf8')
    expect(lease).toMatch(/^ip=10\.77\.\d+\.\d+$/m)
    expect(lease).toContain('serverid=10.77.0.1')
    expect(lease).toContain('siaddr=10.77.0.1')
    expect(lease).toContain('subnet=255.255.240.0')
    expect(lease).toContain('boot_file=pxelinux.0')
  })

  it('gives dhclient an address, and the same one again', async (context) => {
    needs(context, 'dhclient')
    await serve()
    const obtain = async (leases: string) => {
      const where = ['-lf', file(leases), '-pf', file('dhclient.pid')]
      const { stderr } = await client.run(
        'dhclient',
        ['-1', '-d', '-v', '-sf', '/bin/true', ...where, 'eth0'],
        6000,
      )
      return /bound to (\S+)/.exec(stderr)?.[1]
    }
    const first = await obtain('one')
    expect(first).toMatch(/^10\.77\./)
    expect(await obtain('two')).toBe(first)
  })

  it('gives a BOOTP client an address and a boot file', async (context) => {
    needs(context, 'bootpc')
    const run = await serve()
    // It waits for more while its standard input is open, and wants a route to broadcast by.
    client.ip('route', 'add', 'default', 'dev', 'eth0')
    const once = ['--dev', 'eth0', '--timeoutwait', '5', '--serverbcast', '--returniffail']
    const { stdout, status } = await client.run('sh', [
      '-c',
      'exec bootpc "$@" </dev/null',
      'bootpc',
      ...once,
    ])
    expect(status).toBe(0)
    expect(stdout).toMatch(/IPADDR='10\.77\./)
    expect(stdout).toContain("SERVER='10.77.0.1'")
    await run.until('its answer to be told', () =>
      run.of('dhcp-sent').some(({ message }) => message === 'BOOTREPLY'),
    )
  })

  it('answers a thousand exchanges of perfdhcp, each with an address of its own, without loss', async (context) => {
    needs(context, 'perfdhcp')
    const run = await serve()
    client.address('eth0', '10.77.15.250/20')
    const load = [
      '-4',
      '-r',
      '200',
      '-n',
      '1000',
      '-R',
      '1000',
      '-W',
      '1000000',
      '-l',
      '10.77.15.250',
      '10.77.0.1',
    ]
    const { stdout, stderr } = await client.run('perfdhcp', load, 90_000)
    const drops = [...stdout.matchAll(/^drops: (\d+)/gm)].map(([, count]) => Number(count))
    const received = [...stdout.matchAll(/^received packets: (\d+)/gm)].map(([, count]) => Number(count))
    expect({ drops, received }, stdout + stderr).toEqual({ drops: [0, 0], received: [1000, 1000] })
    const acknowledged = await run.until('every ACK to be told', () => {
      const sent = run.of('dhcp-sent').filter(({ message }) => message === 'ACK')
      return sent.length >= 1000 && sent
    })
    expect(new Set(acknowledged.map(({ address }) => address)).size).toBe(1000)
  })

  it('lets tftp-hpa, atftp and curl fetch 100 MB whole, with every option and without any', async (context) => {
    needs(context, 'tftp', 'atftp', 'curl')
    const big = file('big.bin')
    writeFileSync(big, randomFillSync(Buffer.alloc(100 * MEGABYTES)))
    const run = await serve('--module', big)
    client.address('eth0', '10.77.0.2/20')
    const copy = file('copy.bin')
    const fetches: readonly [string, readonly string[]][] = [
      ['tftp', ['-m', 'binary', '10.77.0.1', '-c', 'get', 'big.bin', copy]],
      ['atftp', ['-g', '-r', 'big.bin', '-l', copy, '10.77.0.1']],
      [
        'atftp',
        [
          ...['blksize 1428', 'windowsize 8', 'tsize', 'timeout 2'].flatMap((option) => ['--option', option]),
          ...['-g', '-r', 'big.bin', '-l', copy, '10.77.0.1'],
        ],
      ],
      ['curl', ['-s', '--tftp-no-options', '-o', copy, 'tftp://10.77.0.1/big.bin']],
      ['curl', ['-s', '--tftp-blksize', '8192', '-o', copy, 'tftp://10.77.0.1/big.bin']],
    ]
    const wanted = await sha256(big)
    for (const [program, parameters] of fetches) {
      rmSync(copy, { force: true })
      const { status, stderr } = await client.run(program, parameters, 120_000)
      expect(status, `${program} ${parameters.join(' ')}: ${stderr}`).toBe(0)
      expect(await sha256(copy), program).toBe(wanted)
    }
    await run.until('all transfers to end', () => run.of('transfer-ended').length === fetches.length)
    expect(run.of('transfer-ended').map(({ outcome }) => outcome)).toEqual(fetches.map(() => 'complete'))
  })

  it('does not start beside another DHCP server: names it, says what would happen, and the ways out', async (context) => {
    needs(context, 'dnsmasq')
    await otherServer()
    const { status, stderr } = await start('--address', '10.77.0.1/20').ended
    expect(status).toBe(1)
    expect(stderr).toContain('Another DHCP server, 10.77.0.9, answers on eth0.')
    expect(stderr).toContain('--dhcp proxy')
    expect(stderr).toContain('--force')
    expect(server.addresses('eth0')).toEqual([])
  })

  it('starts beside another DHCP server when forced, and tells of one that comes later', async (context) => {
    needs(context, 'dnsmasq', 'udhcpc')
    const run = await serve('--force')
    const other = lab.computer('other')
    lab.cable([client, 'eth1'], [other, 'eth0'])
    client.bridge('br0', ['eth0', 'eth1'])
    await otherServer(other, '--no-ping')
    const once = ['-i', 'br0', '-B', '-f', '-n', '-q', '-t', '9', '-T', '1', '-s', '/bin/true']
    const neighbour = client.spawn('udhcpc', once, { stdio: 'ignore' })
    await run.until('the other server to be told', () => run.of('dhcp-foreign-server')[0])
    neighbour.kill()
    expect(run.of('dhcp-foreign-server')[0]?.address).toBe('10.77.0.9')
  })

  it('runs as the user who called sudo once its ports are open, and cannot go back', async () => {
    const run = await serve()
    expect(run.of('privileges-dropped')).toMatchObject([{ user: 'nobody', uid: 65534, gid: 65534 }])
    const pids = pidsOf('service.js')
    expect(pids).toHaveLength(1)
    const status = readFileSync(`/proc/${pids[0]}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m)
    expect(status).toMatch(/^CapEff:\t0+$/m)
    expect(status).toMatch(/^CapPrm:\t0+$/m)
  })

  /** Processes on the server's computer with this word in their command line. */
  function pidsOf(word: string): string[] {
    const pids = server.ip('netns', 'pids', server.namespace).split('\n').filter(Boolean)
    return pids.filter(
      (pid) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word),
    )
  }

  it('answers only the machines on its list', async (context) => {
    needs(context, 'udhcpc')
    const run = await serve('--allow', '52:54:00:00:00:01')
    const once = ['-i', 'eth0', '-f', '-n', '-q', '-t', '2', '-T', '1', '-s', '/bin/true']
    const { status } = await client.run('udhcpc', once)
    expect(status).not.toBe(0)
    expect(run.of('dhcp-received').map(({ ignored }) => ignored)).toContain(
      'it is not on the list of allowed clients',
    )
    expect(run.of('dhcp-sent')).toEqual([])
  })

  it('survives a pulled cable and an adapter that was taken out, says so, and serves again', async (context) => {
    needs(context, 'udhcpc')
    const run = await serve()
    const told = (state: string) =>
      run.until(state, () => run.of('link-changed').find((event) => event.state === state))
    client.ip('link', 'set', 'eth0', 'down')
    expect((await told('down')).text).toContain('eth0 is down')
    client.ip('link', 'set', 'eth0', 'up')
    await told('up')
    server.ip('link', 'delete', 'eth0')
    await told('removed')
    lab.cable([server, 'eth0'], [client, 'eth0'])
    await told('returned')
    const once = ['-i', 'eth0', '-f', '-n', '-q', '-t', '5', '-T', '1', '-s', '/bin/true']
    expect(await client.run('udhcpc', once)).toMatchObject({ status: 0 })
  })

  it('takes its address back at the end', async () => {
    const run = await serve()
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/20'])
    expect(await run.stop()).toMatchObject({ status: 0 })
    expect(server.addresses('eth0')).toEqual([])
  })

  describe('a PXE ROM behind a tap and a bridge', () => {
    /** A virtual machine on the client's computer, as a virtualisation host has them. */
    function powerOn(...firmware: readonly string[]): void {
      client.tap('tap0')
      client.bridge('br0', ['eth0', 'tap0'])
      const card = ['-netdev', 'tap,id=n,ifname=tap0,script=no,downscript=no', '-device', 'e1000,netdev=n']
      const machine = ['-accel', 'tcg', '-m', '256', '-display', 'none', '-boot', 'n']
      client.spawn('qemu-system-x86_64', [
        ...machine,
        ...firmware,
        ...card,
        '-serial',
        `file:${file('serial')}`,
      ])
    }

    const booted = () =>
      until(
        'the kernel to write its last line',
        () =>
          statSync(file('serial'), { throwIfNoEntry: false }) &&
          readFileSync(file('serial')).includes('All is well'),
        120_000,
      )

    beforeEach((context) => {
      const reason = noVirtualTarget()
      if (reason !== undefined) context.skip(reason)
      rmSync(file('serial'), { force: true })
    })

    it('boots the sample kernel', async () => {
      const run = await serve()
      powerOn()
      await booted()
      const all = run.timeline.session!.milestones.map(({ id }) => id)
      await run.until('the last milestone', () => run.client.reached[all.at(-1)!])
      expect(Object.keys(run.client.reached)).toEqual(all)
    })

    it('of a UEFI machine is told that it cannot boot by this chain, and what to change', async ({
      skip,
    }) => {
      const ovmf = await debianFile('ovmf', 'usr/share/OVMF/OVMF_CODE.fd')
      if ('reason' in ovmf) return skip(ovmf.reason)
      const run = await serve()
      powerOn('-drive', `if=pflash,format=raw,readonly=on,file=${ovmf.path}`)
      const told = await run.until('the firmware to be told', () => run.of('firmware-unsupported')[0])
      expect(told).toMatchObject({
        firmware: 'uefi',
        text: expect.stringContaining('legacy BIOS boot (CSM)'),
      })
      expect(run.of('dhcp-sent').map(({ bootFile }) => bootFile)).not.toContain('pxelinux.0')
    })

    it("boots beside another DHCP server, with an address of that server's", async (context) => {
      needs(context, 'dnsmasq')
      const run = await serve('--dhcp', 'proxy')
      powerOn()
      client.ip('address', 'add', '10.77.0.9/20', 'dev', 'br0')
      const range = ['--dhcp-range=10.77.8.10,10.77.8.50', '--leasefile-ro', '--user=root', '--interface=br0']
      client.spawn('dnsmasq', ['-d', '--conf-file=/dev/null', '--port=0', ...range], { stdio: 'ignore' })
      await booted()
      expect(run.client.address).toMatch(/^10\.77\.8\./)
    })
  })
})

/** Skips a test, and says so, when a client that it drives is not on this computer. */
function needs(context: TestContext, ...programs: string[]): void {
  const missing = programs.filter((program) => findProgram(program) === undefined)
  if (missing.length > 0) context.skip(`It needs ${missing.join(' and ')}.`)
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
