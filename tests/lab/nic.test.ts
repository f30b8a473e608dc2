import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { Dialogue, type Report } from './dialogue.ts'
import { AS_NOBODY, Lab, noLab, until, type Computer } from './namespaces.ts'
import type { NicServiceOptions } from './programs/nic-service.ts'
import { unless } from '../skipping.ts'

describe('a real interface', unless(noLab()), () => {
  let lab: Lab
  let service: string
  let client: string

  beforeAll(async () => {
    service = await compile('tests/lab/programs/nic-service.ts')
    client = await compile('tests/lab/programs/udp-client.ts')
  })
  afterEach(() => lab.close())

  /** A server with two cables, each to a computer of its own. Its default route leaves by the second. */
  function twoCables() {
    lab = new Lab()
    const [server, target, stranger] = [
      lab.computer('server'),
      lab.computer('target'),
      lab.computer('stranger'),
    ]
    lab.cable([server, 'eth0'], [target, 'eth0'])
    lab.cable([server, 'eth1'], [stranger, 'eth0'])
    // The address that the system would choose as source comes first, and is not the one served.
    server.address('eth0', '10.77.0.9/24')
    server.address('eth0', '10.77.0.1/24')
    server.address('eth1', '10.88.0.1/24')
    server.ip('route', 'add', 'default', 'via', '10.88.0.2')
    target.address('eth0', '10.77.0.2/24')
    target.ip('route', 'add', 'default', 'dev', 'eth0')
    stranger.address('eth0', '10.88.0.2/24')
    stranger.ip('route', 'add', 'default', 'dev', 'eth0')
    return { server, target, stranger }
  }

  async function serve(server: Computer, options: Partial<NicServiceOptions> = {}): Promise<Dialogue> {
    const all: NicServiceOptions = { interface: 'eth0', ports: [67], use: '10.77.0.1', ...options }
    const dialogue = new Dialogue(server, service, [JSON.stringify(all)])
    await dialogue.ready()
    return dialogue
  }

  async function listen(computer: Computer, port: number): Promise<Dialogue> {
    const dialogue = new Dialogue(computer, client, [String(port)])
    await dialogue.ready()
    return dialogue
  }

  /** Sends a DHCPDISCOVER, and does not wait long for an answer. */
  async function discover(computer: Computer): Promise<void> {
    await computer.run('udhcpc', ['-i', 'eth0', '-f', '-n', '-q', '-t', '1', '-T', '1', '-s', '/bin/true'])
  }

  const heard =
    (text: string) =>
    (report: Report): boolean =>
      report['heard'] === text

  const changed =
    (state: string) =>
    ({ change }: Report): boolean =>
      (change as { state?: string } | undefined)?.state === state

  it('hears broadcasts of its own cable only, and answers there only', async () => {
    const { server, target, stranger } = twoCables()
    const running = await serve(server)
    const [wanted, unwanted] = [await listen(target, 2070), await listen(stranger, 2070)]
    const wire = stranger.spawn('tcpdump', ['-l', '-n', '-i', 'eth0', 'udp and src net 10.77.0.0/24'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let seen = ''
    wire.stdout?.on('data', (data) => (seen += String(data)))
    await new Promise((resolve) => wire.stderr?.once('data', resolve))

    for (const address of ['255.255.255.255', '10.88.0.255', '10.88.0.1', '10.77.0.1'])
      unwanted.tell(`${address} 67 stranger`)
    // Without an address yet, as a target sends: nothing but the cable tells it from one of ours.
    await discover(stranger)
    expect(running.reports.filter(({ on }) => on !== undefined)).toEqual([])
    await discover(target)
    await running.report('the request of a target', ({ from }) => from === '0.0.0.0')
    wanted.tell('255.255.255.255 67 broadcast')
    const answer = await wanted.report('the broadcast answer', heard('broadcast'))
    expect(answer).toMatchObject({ address: '10.77.0.1', port: 67 })
    wanted.tell('10.77.0.255 67 last')
    await running.report('the last datagram', heard('last'))

    expect(unwanted.reports.filter(({ heard }) => heard !== undefined)).toEqual([])
    expect(seen).toBe('')
  })

  it('answers from the chosen address of several, also in a conversation of its own', async () => {
    const { server, target } = twoCables()
    await serve(server)
    const wanted = await listen(target, 2070)
    wanted.tell('10.77.0.1 67 hello')
    expect(await wanted.report('the answer', heard('hello'))).toMatchObject({
      address: '10.77.0.1',
      port: 67,
    })
    wanted.tell('10.77.0.1 67 window')
    const segment = heard('w'.repeat(1400))
    await until('ten segments', () => wanted.reports.filter(segment).length === 10)
    const sources = new Set(
      wanted.reports.filter(segment).map(({ address, port }) => `${String(address)}:${String(port)}`),
    )
    expect([...sources]).toEqual([expect.stringMatching(/^10\.77\.0\.1:\d{4,5}$/)])
    expect([...sources]).not.toContain('10.77.0.1:67')
  })

  it('does not hear who is not on the link', async () => {
    const { server, target } = twoCables()
    for (const name of ['all', 'eth0'])
      await server.run('sysctl', ['-w', `net.ipv4.conf.${name}.rp_filter=0`])
    const running = await serve(server)
    const wanted = await listen(target, 68)
    target.ip('address', 'flush', 'dev', 'eth0')
    target.address('eth0', '192.168.5.5/24')
    target.ip('route', 'replace', 'default', 'dev', 'eth0')
    wanted.tell('255.255.255.255 67 routed')
    wanted.tell('10.77.0.1 67 routed')
    target.address('eth0', '10.77.0.2/24')
    target.ip('address', 'delete', '192.168.5.5/24', 'dev', 'eth0')
    target.ip('route', 'replace', 'default', 'dev', 'eth0')
    await until('an answer from the link', () => {
      wanted.tell('10.77.0.1 67 local')
      return wanted.reports.some(heard('local'))
    })
    expect(running.reports.filter(heard('routed'))).toEqual([])
  })

  it('tells whose an address is', async () => {
    const { server, target } = twoCables()
    const running = await serve(server)
    const inUse = async (address: string) => {
      running.tell(`in-use ${address}`)
      return (await running.report('whether it is in use', (report) => report['address'] === address))[
        'inUse'
      ]
    }
    expect(await inUse('10.77.0.2')).toBe(true)
    expect(await inUse('10.77.0.1')).toBe(true)
    expect(await inUse('10.77.0.50')).toBe(false)
    // An address of the other cable is none of this link, and nothing is sent to it.
    expect(await inUse('10.88.0.2')).toBe(false)
    running.tell('hardware 10.77.0.2')
    const known = await running.report('the hardware address', ({ hardware }) => hardware !== undefined)
    expect(known['hardware']).toBe(target.mac('eth0'))
  })

  it('survives a cable that is pulled and put back', async () => {
    const { server, target } = twoCables()
    const running = await serve(server)
    const wanted = await listen(target, 2070)
    target.ip('link', 'set', 'eth0', 'down')
    await running.report('the link to go down', changed('down'))
    target.ip('link', 'set', 'eth0', 'up')
    await running.report('the link to come up', changed('up'))
    wanted.tell('10.77.0.1 67 again')
    expect(await wanted.report('an answer', heard('again'))).toMatchObject({ address: '10.77.0.1', port: 67 })
  })

  it('survives an adapter that is removed and comes back', async () => {
    const { server, target } = twoCables()
    const running = await serve(server)
    server.ip('link', 'delete', 'eth0')
    await running.report('the adapter to go', changed('removed'))
    lab.cable([server, 'eth0'], [target, 'eth0'])
    target.address('eth0', '10.77.0.2/24')
    server.address('eth0', '10.77.0.1/24')
    await running.report('the adapter to return', changed('returned'))
    const wanted = await listen(target, 68)
    target.ip('route', 'add', 'default', 'dev', 'eth0')
    wanted.tell('255.255.255.255 67 broadcast')
    expect(await wanted.report('an answer', heard('broadcast'))).toMatchObject({
      address: '10.77.0.1',
      port: 67,
    })
  })

  it('names the program that has its port', async () => {
    const { server } = twoCables()
    const other = server.spawn('dnsmasq', [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--interface=eth0', '--leasefile-ro'],
      ...['--dhcp-range=10.77.0.100,10.77.0.110', '--pid-file', '--bind-dynamic'],
    ])
    await until('dnsmasq to listen', async () => (await server.run('ss', ['-uln'])).stdout.includes(':67 '))
    await expect(serve(server)).rejects.toThrow(`taken by dnsmasq (process ${other.pid}`)
  })

  it('tells who may not open a port what would help', async () => {
    const { server } = twoCables()
    const options = JSON.stringify({ interface: 'eth0', ports: [67] })
    const { stdout, status } = await server.run('setpriv', [...AS_NOBODY, process.execPath, service, options])
    const told = JSON.parse(stdout) as { error: string; message: string; remedies: string[] }
    expect(status).toBe(1)
    expect(told.error).toBe('not-permitted')
    expect(told.message).toContain('port 67')
    expect(told.remedies.join()).toMatch(/sudo.*ip_unprivileged_port_start/)
  })

  it('says that an interface has no address, and how to give it one', async () => {
    const { server } = twoCables()
    server.ip('address', 'flush', 'dev', 'eth0')
    await expect(serve(server)).rejects.toThrow('{"action":"give-address","address":"10.77.0.1/24"}')
  })
})
