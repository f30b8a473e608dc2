import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { Dialogue, type Report } from './dialogue.ts'
import { AS_NOBODY, Lab, noLab, until, type Computer } from './namespaces.ts'
import type { NicServiceOptions } from './programs/nic-service.ts'
import { unless } from '../skipping.ts'

const address = '10.77.0.1/24'

describe('a service that was started as root', unless(noLab()), () => {
  let lab: Lab
  let server: Computer
  let target: Computer
  let recordFolder: string
  let service: string
  let keeper: string
  let client: string

  beforeAll(async () => {
    service = await compile('tests/lab/programs/nic-service.ts')
    client = await compile('tests/lab/programs/udp-client.ts')
    keeper = await compile('electron/service/keeper-process.ts')
  })

  beforeEach(() => {
    recordFolder = mkdtempSync(join(tmpdir(), 'bootwire-records-'))
    lab = new Lab()
    server = lab.computer('server')
    target = lab.computer('target')
    plugIn()
  })

  afterEach(async () => {
    await lab.close()
    rmSync(recordFolder, { recursive: true })
  })

  function plugIn(): void {
    lab.cable([server, 'eth0'], [target, 'eth0'])
    target.address('eth0', '10.77.0.2/24')
    target.ip('route', 'add', 'default', 'dev', 'eth0')
  }

  function start(environment: NodeJS.ProcessEnv = {}, options: Partial<NicServiceOptions> = {}): Dialogue {
    const all: NicServiceOptions = {
      interface: 'eth0',
      ports: [67, 69],
      drop: true,
      keeper: { program: keeper, recordFolder, address },
      ...options,
    }
    return new Dialogue(server, service, [JSON.stringify(all)], environment)
  }

  function status(pid: unknown, field: string): string | undefined {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(
      readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
    )?.[1]
  }

  async function keeperEnds(pid: unknown): Promise<void> {
    await until('the keeper to end', () => !existsSync(`/proc/${String(pid)}`))
  }

  /** Asks as a client does, again and again, until it is answered. */
  async function answers(): Promise<Report> {
    const asker = new Dialogue(target, client, ['68'])
    await asker.ready()
    try {
      return await until('an answer', async () => {
        asker.tell('255.255.255.255 67 broadcast')
        await new Promise((resolve) => setTimeout(resolve, 100))
        return asker.reports.find(({ heard }) => heard === 'broadcast')
      })
    } finally {
      asker.child.kill('SIGKILL')
      await asker.end()
    }
  }

  const changed =
    (state: string) =>
    ({ change }: Report): boolean =>
      (change as { state?: string } | undefined)?.state === state

  it('goes on as the one who called sudo, with no capability left', async () => {
    const running = start({ SUDO_UID: '1', SUDO_GID: '1' })
    const { user } = await running.ready()
    expect(user).toMatchObject({ name: 'daemon', uid: 1, gid: 1, origin: 'who called sudo' })
    expect(status(running.child.pid, 'Uid')).toBe('1\t1\t1\t1')
    expect(status(running.child.pid, 'Gid')).toBe('1\t1\t1\t1')
    expect(status(running.child.pid, 'Groups')?.trim()).toBe('1')
    for (const set of ['CapPrm', 'CapEff', 'CapAmb'])
      expect(status(running.child.pid, set)).toBe('0000000000000000')
    expect(await answers()).toMatchObject({ address: '10.77.0.1', port: 67 })
  })

  it('goes on as the one whom pkexec asked', async () => {
    const running = start({ PKEXEC_UID: '2' })
    expect((await running.ready())['user']).toMatchObject({ uid: 2 })
    expect(status(running.child.pid, 'Uid')).toBe('2\t2\t2\t2')
  })

  it('goes on as nobody when root itself logged in', async () => {
    const running = start({ SUDO_UID: '0', PKEXEC_UID: undefined })
    expect((await running.ready())['user']).toMatchObject({ name: 'nobody' })
    expect(status(running.child.pid, 'CapEff')).toBe('0000000000000000')
  })

  it('gives an interface its address and takes it back at the end', async () => {
    const running = start()
    const { keeper: pid } = await running.ready()
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
    running.tell('close')
    await running.end()
    expect(server.addresses('eth0')).toEqual([])
    expect(existsSync(`/proc/${String(pid)}`)).toBe(false)
  })

  it('brings a link up that was down', async () => {
    server.ip('link', 'set', 'eth0', 'down')
    await start().ready()
    expect(await answers()).toMatchObject({ address: '10.77.0.1' })
  })

  it('leaves an address that was there before', async () => {
    server.address('eth0', '10.77.0.1/24')
    const running = start()
    await running.ready()
    running.tell('close')
    await running.end()
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
  })

  it('is not stopped short by the Ctrl-C that a terminal sends to everyone', async () => {
    const running = start()
    const { keeper: pid } = await running.ready()
    process.kill(Number(pid), 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
    running.tell('close')
    await running.end()
    expect(server.addresses('eth0')).toEqual([])
  })

  it('has the address taken back after it was killed', async () => {
    const running = start()
    const { keeper: pid } = await running.ready()
    running.child.kill('SIGKILL')
    await keeperEnds(pid)
    expect(server.addresses('eth0')).toEqual([])
  })

  it('takes back at the next start what a crash of everything has left', async () => {
    const crashed = start()
    const { keeper: pid } = await crashed.ready()
    process.kill(Number(pid), 'SIGKILL')
    crashed.child.kill('SIGKILL')
    await crashed.end()
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
    const next = start({}, { keeper: { program: keeper, recordFolder, address: '10.99.0.1/24' } })
    expect((await next.ready())['leftovers']).toEqual(['10.77.0.1/24 from eth0'])
    expect(server.addresses('eth0')).toEqual(['10.99.0.1/24'])
    next.tell('close')
    await next.end()
    expect(server.addresses('eth0')).toEqual([])
  })

  it('leaves the address of another session that is running', async () => {
    await start().ready()
    const second = start({}, { ports: [70] })
    expect((await second.ready())['leftovers']).toEqual([])
    second.tell('close')
    await second.end()
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
  })

  it('serves again after its adapter was away, though it may not open its ports itself', async () => {
    const running = start()
    const { keeper: pid } = await running.ready()
    for (let round = 0; round < 2; round += 1) {
      const before = running.reports.length
      server.ip('link', 'delete', 'eth0')
      await running.report('the adapter to go', changed('removed'), before)
      plugIn()
      await running.report('the adapter to return', changed('returned'), before)
      expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
      expect(await answers()).toMatchObject({ address: '10.77.0.1', port: 67 })
    }
    running.child.kill('SIGKILL')
    await keeperEnds(pid)
    expect(server.addresses('eth0')).toEqual([])
  })

  it('serves again without a port that it never had, and that someone else has', async () => {
    const other = new Dialogue(server, client, ['68'])
    await other.ready()
    const running = start(
      {},
      { ports: [67], keeper: { program: keeper, recordFolder, ports: [67, 68], address } },
    )
    await running.ready()
    server.ip('link', 'delete', 'eth0')
    await running.report('the adapter to go', changed('removed'))
    plugIn()
    await running.report('the adapter to return', changed('returned'))
    expect(await answers()).toMatchObject({ address: '10.77.0.1', port: 67 })
  })

  it('gets its address back when a network manager takes it away', async () => {
    const running = start()
    await running.ready()
    server.ip('address', 'flush', 'dev', 'eth0')
    await until('the address to be back', () => server.addresses('eth0').includes('10.77.0.1/24'))
    await answers()
    expect(running.ended).toBe(false)
  })

  it('names what it cannot prepare', async () => {
    const elsewhere = start({}, { interface: 'eth7' })
    const [told] = await until('an error', () => elsewhere.reports.length > 0 && elsewhere.reports)
    expect(told).toMatchObject({
      error: 'no-interface',
      message: 'There is no network interface named eth7.',
    })
    const unaddressed = start({}, { keeper: { program: keeper, recordFolder } })
    await expect(unaddressed.ready()).rejects.toThrow('{"action":"give-address","address":"10.77.0.1/24"}')
    await unaddressed.end()
  })

  it('says that an address needs root', async () => {
    const options: NicServiceOptions = {
      interface: 'eth0',
      ports: [],
      keeper: { program: keeper, recordFolder, address },
    }
    const parameters = [...AS_NOBODY, process.execPath, service, JSON.stringify(options)]
    const { stdout } = await server.run('setpriv', parameters)
    expect(JSON.parse(stdout)).toMatchObject({ error: 'not-permitted' })
    expect(stdout).toContain('sudo ip address add 10.77.0.1/24 dev eth0')
  })
})
