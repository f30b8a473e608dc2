import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { ServiceState } from '../../electron/api/desktop.ts'
import { Supervisor, type SupervisorOptions } from '../../electron/api/supervisor.ts'
import type { BootEvent } from '../../electron/clients/events.ts'
import { StartOptions } from '../../electron/service/commands.ts'
import { until } from '../lab/namespaces.ts'

/** Answers what a service answers, and dies when it is asked to forget the import `now`. */
const SERVICE = `
import { createInterface } from 'node:readline'
const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  const { id, command } = JSON.parse(line)
  if (command.path === 'now') process.kill(process.pid, 'SIGKILL')
  const results = { imports: [{ pid: process.pid }], journal: { parts: ['/journal'] } }
  const failures = { capture: { code: 'not-kept', message: 'None.', remedies: [] } }
  const failure = failures[command.name]
  console.log(JSON.stringify(failure ? { reply: id, failure } : { reply: id, result: results[command.name] ?? null }))
})
input.on('close', () => process.exit(0))
`

const folder = mkdtempSync(join(tmpdir(), 'bootwire-supervisor-'))
const script = join(folder, 'service.mjs')
writeFileSync(script, SERVICE)
afterAll(() => rmSync(folder, { recursive: true }))

const onWire = StartOptions.parse({ link: { kind: 'wire' }, chain: { id: 'pxelinux' }, dhcp: {} })

describe('the supervisor', () => {
  let supervisor: Supervisor | undefined
  let states: ServiceState[] = []
  let events: BootEvent[] = []
  afterEach(() => supervisor?.close())

  function supervise(of = script, sleep?: SupervisorOptions['sleep']): Supervisor {
    states = []
    events = []
    supervisor = new Supervisor({
      ...(sleep === undefined ? {} : { sleep }),
      script: of,
      onEvent: (event) => events.push(event),
      onReading: () => {},
      onState: (state) => states.push(state),
    })
    return supervisor
  }
  const die = (one: Supervisor) => one.request({ name: 'forget-import', path: 'now' })
  const running = () => until('the service to run', () => states.at(-1)?.state === 'running')

  it('starts a service again that was killed, waits longer each time, and says so', async () => {
    const one = supervise()
    const before = await one.request({ name: 'imports' })
    for (const attempt of [1, 2]) {
      await expect(die(one)).rejects.toMatchObject({ code: 'service-ended' })
      await until('the restart to be told', () => states.at(-1)?.state === 'restarting')
      expect(states.at(-1)).toEqual({
        state: 'restarting',
        attempt,
        inMilliseconds: 250 * attempt,
        reason: 'the boot service ended with SIGKILL',
      })
      await expect(one.request({ name: 'imports' })).rejects.toMatchObject({ code: 'service-ended' })
      await running()
    }
    expect(await one.request({ name: 'imports' })).not.toEqual(before)
  })

  it('tells that the session of a service that was killed has stopped, and can start the next', async () => {
    const one = supervise()
    await one.start(onWire)
    expect(one.hasSession).toBe(true)
    await expect(one.start(onWire)).rejects.toMatchObject({ code: 'busy' })
    await expect(die(one)).rejects.toThrow()
    await until('the end to be told', () => events.length > 0)
    expect(events).toMatchObject([{ type: 'session-stopped', reason: 'the boot service ended with SIGKILL' }])
    expect(one.hasSession).toBe(false)
    expect(await one.keptFile('journal')).toEqual({ parts: ['/journal'] })
    await running()
    await one.start(onWire)
    await one.stop()
    expect(one.hasSession).toBe(false)
  })

  it('says why a service cannot be started', async () => {
    const broken = join(folder, 'broken.mjs')
    writeFileSync(broken, 'process.exit(3)')
    const one = supervise(broken)
    await until('it to be told', () => states.some(({ state }) => state === 'restarting'))
    await one.close()
    const reasons = states.flatMap((state) => ('reason' in state ? [state.reason] : []))
    expect(reasons[0]).toBe('the boot service ended with code 3')
  })

  it(
    'gives a service up that has died nine times at once, and starts it when it is asked for',
    { timeout: 30_000 },
    async () => {
      const mortal = join(folder, 'mortal.mjs')
      writeFileSync(mortal, 'process.exit(3)')
      const waits: number[] = []
      const one = supervise(mortal, (milliseconds) => Promise.resolve(waits.push(milliseconds)))
      await until('it to be given up', () => states.at(-1)?.state === 'stopped', 20_000)
      expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 8000, 8000])
      expect(states.at(-1)).toEqual({ state: 'stopped', reason: 'the boot service ended with code 3' })
      expect(one.state).toEqual(states.at(-1))

      writeFileSync(mortal, SERVICE)
      expect(await one.request({ name: 'imports' })).toMatchObject([{ pid: expect.any(Number) }])
      expect(states.at(-1)).toEqual({ state: 'running' })
    },
  )

  it('ends its services with it', async () => {
    const one = supervise()
    const [entry] = (await one.request({ name: 'imports' })) as unknown as { pid: number }[]
    await one.close()
    expect(() => process.kill(entry!.pid, 0)).toThrow('ESRCH')
    expect(states).toEqual([{ state: 'running' }])
  })
})
