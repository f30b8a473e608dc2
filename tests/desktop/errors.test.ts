/** What can go wrong in the app, each told as what it is, and nothing left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { Failure, ServiceState, StartOptions } from '../../electron/api/desktop.ts'
import type { BootEvent } from '../../electron/clients/events.ts'
import { until } from '../lab/namespaces.ts'
import { noWindow, Profile, type OpenedApp } from './app.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-errors-'))
const profile = new Profile()
afterAll(() => profile.remove())
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach((context: TestContext) => {
  const reason = noWindow()
  if (reason !== undefined) context.skip(reason)
})

let opened: OpenedApp | undefined
afterAll(() => opened?.close())

/** Launches the app, or takes the one that the test before has left as it was. */
async function launch(environment?: Record<string, string>): Promise<OpenedApp> {
  if (environment !== undefined) await close()
  if (opened === undefined) {
    opened = await profile.launch(environment)
    await opened.page.getByRole('heading', { level: 1 }).waitFor()
  } else await opened.page.evaluate(() => window.bootwire.stop())
  return opened
}

async function close(): Promise<void> {
  await opened?.close()
  opened = undefined
}

const onWire = (link: object = {}, chain: object = {}): StartOptions => ({
  link: { kind: 'wire', memory: 128, nic: 'e1000', ...link },
  chain: { id: 'pxelinux', imports: [], modules: [], loaderFolders: [], ...chain },
  dhcp: { mode: 'full', force: false, allow: [], fixed: [] },
  exports: [],
})

/** The failure that starting ends with; undefined when it does not fail. */
function start({ page }: OpenedApp, options: StartOptions): Promise<Failure | undefined> {
  return page.evaluate(
    (given) =>
      window.bootwire.start(given).then(
        () => undefined,
        (failure: unknown) => failure as Failure,
      ),
    options,
  )
}

interface Told {
  readonly events: BootEvent[]
  readonly states: ServiceState[]
}

/** Collects in the page what it is told from now on. */
async function listen({ page }: OpenedApp): Promise<() => Promise<Told>> {
  await page.evaluate(() => {
    const told: Told = { events: [], states: [] }
    Object.assign(window, { told })
    window.bootwire.onEvents((events) => told.events.push(...events))
    window.bootwire.onServiceState((state) => told.states.push(state))
  })
  return () => page.evaluate(() => (window as unknown as { told: Told }).told)
}

/** The processes below one, with what they were started as; Linux only. */
function descendants(pid: number): { readonly pid: number; readonly command: string }[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent: Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]), command }]
      } catch {
        return []
      }
    })
  const below = (of: number): typeof parents =>
    parents.filter(({ parent }) => parent === of).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}

const isGone = (pid: number) => {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** A kernel that takes some seconds to be fetched, on a slow cable. */
function slowBoot(): StartOptions {
  const module = join(folder, 'ramdisk')
  writeFileSync(module, Buffer.alloc(8 * 1024 * 1024, 'x'))
  return onWire({ faults: 'delay=2ms' }, { modules: [{ path: module, arguments: '' }] })
}

describe('the app', () => {
  it('says how to get QEMU where there is none, and boots no virtual target', async () => {
    const app = await launch({ PATH: folder })
    const { qemu } = await app.page.evaluate(() => window.bootwire.environment())
    expect(qemu).toMatchObject({ found: false, remedy: expect.stringContaining('qemu-system-x86') })
    await app.page
      .getByText(/qemu-system-x86/)
      .first()
      .waitFor()
    expect(await start(app, onWire())).toMatchObject({
      code: 'bad-choice',
      message: expect.stringContaining('QEMU'),
      remedies: [expect.stringContaining('apt install')],
    })
    await close()
  })

  it('tells what a wrong file is, and what was expected', async () => {
    const app = await launch()
    const file = join(folder, 'letter.txt')
    writeFileSync(file, 'Dear kernel,')
    await app.app.evaluate(
      ({ dialog }, paths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: paths })
      },
      [file, join(folder, 'nothing')],
    )
    const outcomes = await app.page.evaluate(() => window.bootwire.chooseImports('files'))
    expect(outcomes).toMatchObject([
      { entry: { name: 'letter.txt', kind: 'unknown', description: expect.stringContaining('MultiBoot') } },
      {
        path: join(folder, 'nothing'),
        failure: { code: expect.any(String), message: expect.stringContaining('not there') },
      },
    ])
    const failure = await start(app, onWire({}, { kernel: file }))
    expect(failure).toMatchObject({ code: 'bad-choice', message: expect.stringContaining('letter.txt') })
  })

  it('starts a service again that was killed in mid-transfer, says so, and leaves nothing of the session behind', async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', 'looks into /proc')
    const app = await launch()
    const told = await listen(app)
    expect(await start(app, slowBoot())).toBeUndefined()
    await until(
      'a transfer to run',
      async () => (await told()).events.some(({ type }) => type === 'transfer-progress'),
      60_000,
    )

    const all = descendants(app.app.process().pid!)
    const service = all.find(({ command }) => command.includes('service.js'))!
    const ofSession = descendants(service.pid)
    expect(ofSession.some(({ command }) => command.includes('qemu-system'))).toBe(true)
    process.kill(service.pid, 'SIGKILL')

    await until('the service to run again', async () => (await told()).states.length >= 3)
    expect((await told()).states).toMatchObject([
      { state: 'running' },
      { state: 'restarting', reason: expect.stringContaining('SIGKILL'), attempt: 1 },
      { state: 'running' },
    ])
    expect((await told()).events.at(-1)).toMatchObject({
      type: 'session-stopped',
      reason: expect.stringContaining('SIGKILL'),
    })
    await until('the target to be gone', () => ofSession.every(({ pid }) => isGone(pid)))
    expect(await start(app, onWire())).toBeUndefined()
  })

  it('leaves nothing behind when it is killed itself', async ({ skip }) => {
    skip(process.platform !== 'linux', 'looks into /proc')
    const app = await launch()
    const told = await listen(app)
    await start(app, onWire())
    await until('the target to be heard', async () =>
      (await told()).events.some(({ type }) => type === 'dhcp-received'),
    )
    const all = descendants(app.app.process().pid!)
    app.app.process().kill('SIGKILL')
    opened = undefined
    const left = all.filter(({ command }) => /service\.js|qemu-system/.test(command))
    expect(left.length).toBeGreaterThanOrEqual(2)
    await until('service and target to end', () => left.every(({ pid }) => isGone(pid)), 20_000)
  })

  it('is one app: a second launch shows the first, and ends', async () => {
    const app = await launch()
    const shown = app.app.evaluate(
      ({ app: electron }) =>
        new Promise((resolve) => electron.once('second-instance', () => resolve('shown'))),
    )
    const { args, env } = await profile.command()
    const second = spawn(electronProgram(), args, { env, stdio: 'ignore' })
    const [status] = (await once(second, 'exit')) as [number]
    expect(status).toBe(0)
    expect(await shown).toBe('shown')
    expect(app.app.windows()).toHaveLength(1)
  })

  it('asks before it closes with a target at work, and then stops the session', async () => {
    const app = await launch()
    const told = await listen(app)
    await start(app, onWire())
    await until('the target to be heard', async () =>
      (await told()).events.some(({ type }) => type === 'dhcp-received'),
    )
    /** Answers the question by a button's number, and gives the question. */
    const closeAnd = (answer: number) =>
      app.app.evaluate(
        ({ dialog, BrowserWindow }, response) =>
          new Promise<string>((resolve) => {
            dialog.showMessageBox = (...given: unknown[]) => {
              resolve((given.at(-1) as { message: string }).message)
              return Promise.resolve({ response, checkboxChecked: false })
            }
            BrowserWindow.getAllWindows()[0]!.close()
          }),
        answer,
      )
    expect(await closeAnd(0)).toBe('A target is at work.')
    expect(app.app.windows()).toHaveLength(1)
    const left = process.platform === 'linux' ? descendants(app.app.process().pid!) : []
    const ended = once(app.app.process(), 'exit')
    await closeAnd(1)
    await ended
    opened = undefined
    await until('every process to end', () => left.every(({ pid }) => isGone(pid)))
  })

  it('saves the journal and the capture of a session, after its end too', async () => {
    const app = await launch()
    const told = await listen(app)
    await start(app, onWire())
    await until('the target to be heard', async () =>
      (await told()).events.some(({ type }) => type === 'dhcp-sent'),
    )
    await app.page.evaluate(() => window.bootwire.stop())
    const save = (name: 'saveJournal' | 'saveCapture', filePath: string) => {
      return app.app
        .evaluate(({ dialog }, chosen) => {
          dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === '', filePath: chosen })
        }, filePath)
        .then(() => app.page.evaluate((function_) => window.bootwire[function_](), name))
    }
    const [journal, capture] = [join(folder, 'journal.jsonl'), join(folder, 'capture.pcapng')]
    expect(await save('saveJournal', '')).toBe(false)
    expect(await save('saveJournal', journal)).toBe(true)
    expect(await save('saveCapture', capture)).toBe(true)
    const types = readFileSync(journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as BootEvent).type)
    expect(types).toEqual(expect.arrayContaining(['session-started', 'dhcp-received', 'session-stopped']))
    expect(readFileSync(capture).subarray(0, 4).toString('hex')).toBe('0a0d0d0a')
  })
})

function electronProgram(): string {
  return createRequire(import.meta.url)('electron')
}
