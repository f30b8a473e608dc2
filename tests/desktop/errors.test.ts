/** What can go wrong, each told as what it is, and nothing left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import type { StartOptions } from '../../electron/api/desktop.ts'
import type { BootEvent } from '../../electron/clients/events.ts'
import { until } from '../lab/namespaces.ts'
import { noWindow, Profile, type OpenedApp } from './app.ts'
import { faces, type Opened } from './faces.ts'
import { descendants, isGone } from './processes.ts'
import { listen, onWire, start, startAndHear } from './session.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-errors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Opens a face, or takes the one that the test before has left as it was. */
class Reused<Kind extends Opened> {
  readonly profile = new Profile()
  readonly #open: (profile: Profile, environment?: Record<string, string>) => Promise<Kind>
  #opened: Kind | undefined

  constructor(open: (profile: Profile, environment?: Record<string, string>) => Promise<Kind>) {
    this.#open = open
  }

  async open(environment?: Record<string, string>): Promise<Kind> {
    if (environment !== undefined) await this.close()
    if (this.#opened === undefined) {
      this.#opened = await this.#open(this.profile, environment)
      await this.#opened.page.getByRole('heading', { level: 1 }).waitFor()
    } else await this.#opened.page.evaluate(() => window.bootwire.stop())
    return this.#opened
  }

  /** It has ended by itself. */
  forget(): void {
    this.#opened = undefined
  }

  async close(): Promise<void> {
    await this.#opened?.close()
    this.#opened = undefined
  }

  async remove(): Promise<void> {
    await this.close()
    await this.profile.remove()
  }
}

/** A kernel that takes some seconds to be fetched, on a slow cable. */
function slowBoot(): StartOptions {
  const module = join(folder, 'ramdisk')
  writeFileSync(module, Buffer.alloc(8 * 1024 * 1024, 'x'))
  return onWire({ faults: 'delay=2ms' }, { modules: [{ path: module, arguments: '' }] })
}

describe.each(faces.map((face) => [face.name, face] as const))('%s', (_name, face) => {
  const reused = new Reused((profile, environment) => face.open(profile, environment))
  afterAll(() => reused.remove())
  beforeEach((context: TestContext) => {
    const reason = face.absent()
    if (reason !== undefined) context.skip(reason)
  })

  it('says how to get QEMU where there is none, and boots no virtual target', async () => {
    const opened = await reused.open({ PATH: folder })
    const { qemu } = await opened.page.evaluate(() => window.bootwire.environment())
    expect(qemu).toMatchObject({ found: false, remedy: expect.stringContaining('qemu-system-x86') })
    await opened.page
      .getByText(/qemu-system-x86/)
      .first()
      .waitFor()
    expect(await start(opened, onWire())).toMatchObject({
      code: 'bad-choice',
      message: expect.stringContaining('QEMU'),
      remedies: [expect.stringContaining('apt install')],
    })
    await reused.close()
  })

  it('starts a service again that was killed in mid-transfer, says so, and leaves nothing of the session behind', async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', 'looks into /proc')
    const opened = await reused.open()
    const told = await listen(opened)
    expect(await start(opened, slowBoot())).toBeUndefined()
    await until(
      'a transfer to run',
      async () => (await told()).events.some(({ type }) => type === 'transfer-progress'),
      60_000,
    )

    const service = descendants(opened.pid).find(({ command }) => command.includes('service.js'))!
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
    expect(await start(opened, onWire())).toBeUndefined()
  })

  it('saves the journal and the capture of a session, after its end too', async () => {
    const opened = await reused.open()
    const { page } = opened
    await startAndHear(opened)
    await page.evaluate(() => window.bootwire.stop())
    const journal = await opened.saved(() => page.evaluate(() => window.bootwire.saveJournal()))
    const capture = await opened.saved(() => page.evaluate(() => window.bootwire.saveCapture()))
    expect([journal.name, capture.name]).toEqual(['bootwire-journal.jsonl', 'bootwire-capture.pcapng'])
    const types = journal.bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as BootEvent).type)
    expect(types).toEqual(expect.arrayContaining(['session-started', 'dhcp-received', 'session-stopped']))
    expect(capture.bytes.subarray(0, 4).toString('hex')).toBe('0a0d0d0a')
  })

  it('leaves nothing behind when it is killed itself', async ({ skip }) => {
    skip(process.platform !== 'linux', 'looks into /proc')
    const opened = await reused.open()
    await startAndHear(opened)
    const left = descendants(opened.pid).filter(({ command }) => /service\.js|qemu-system/.test(command))
    expect(left.length).toBeGreaterThanOrEqual(2)
    process.kill(opened.pid, 'SIGKILL')
    await until('service and target to end', () => left.every(({ pid }) => isGone(pid)), 20_000)
    await reused.close()
  })
})

describe('the desktop app', () => {
  const reused = new Reused<OpenedApp>((profile, environment) => profile.launch(environment))
  afterAll(() => reused.remove())
  beforeEach((context: TestContext) => {
    const reason = noWindow()
    if (reason !== undefined) context.skip(reason)
  })

  it('tells what a wrong file is, and what was expected', async () => {
    const app = await reused.open()
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

  it('saves nothing when that is called off', async () => {
    const app = await reused.open()
    await startAndHear(app)
    await app.app.evaluate(({ dialog }) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: true, filePath: '' })
    })
    expect(await app.page.evaluate(() => window.bootwire.saveJournal())).toBe(false)
  })

  it('is one app: a second launch shows the first, and ends', async () => {
    const app = await reused.open()
    const shown = app.app.evaluate(
      ({ app: electron }) =>
        new Promise((resolve) => electron.once('second-instance', () => resolve('shown'))),
    )
    const { args, env } = await reused.profile.command()
    const second = spawn(electronProgram(), args, { env, stdio: 'ignore' })
    const [status] = (await once(second, 'exit')) as [number]
    expect(status).toBe(0)
    expect(await shown).toBe('shown')
    expect(app.app.windows()).toHaveLength(1)
  })

  it('asks before it closes with a target at work, and then stops the session', async () => {
    const app = await reused.open()
    await startAndHear(app)
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
    reused.forget()
    await until('every process to end', () => left.every(({ pid }) => isGone(pid)))
  })
})

function electronProgram(): string {
  return createRequire(import.meta.url)('electron')
}
