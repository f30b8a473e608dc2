import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

const program = fileURLToPath(new URL('../../dist/node/browser.js', import.meta.url))
const NOT_ADMITTED = 4401
const WRONG_TOKEN = 'A'.repeat(32)

/** Browser mode as `npm start -- --browser` starts it, with a state folder of its own. */
class Running {
  readonly folder = mkdtempSync(join(tmpdir(), 'bootwire-browser-'))
  readonly process: ChildProcess
  port = 0
  token = ''

  constructor() {
    this.process = spawn(process.execPath, [program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XDG_STATE_HOME: this.folder },
    })
  }

  async ready(): Promise<this> {
    const address = await new Promise<string>((resolve) => {
      this.process.stdout!.setEncoding('utf8').once('data', (text: string) => resolve(text))
    })
    const [, port, token = ''] = /^Open http:\/\/127\.0\.0\.1:(\d+)\/#(\S+)$/m.exec(address) ?? []
    this.port = Number(port)
    this.token = token
    return this
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    expect(await ended).toBe(0)
    rmSync(this.folder, { recursive: true })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The status of an answer, and its text. */
  fetch(path: string, headers: Record<string, string> = {}, method = 'GET', body = '') {
    return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port: this.port, path, method, headers }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (more: string) => (text += more))
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }))
        })
        asked.on('error', reject)
        asked.end(body)
      },
    )
  }

  /** A WebSocket that says `first`: the first message it gets, the code it is closed with, or the refusal's status. */
  connect(first: unknown, headers: Record<string, string> = {}): Promise<Page | number> {
    const socket = new WebSocket(`ws://127.0.0.1:${this.port}/socket`, {
      headers: { origin: this.origin, ...headers },
    })
    return new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(typeof first === 'string' ? first : JSON.stringify(first)))
      socket.once('message', (data) =>
        resolve(new Page(socket, (JSON.parse((data as Buffer).toString()) as { key: string }).key)),
      )
      socket.on('close', resolve)
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
      socket.on('error', reject)
    })
  }
}

class Page {
  readonly #socket: WebSocket
  readonly key: string

  constructor(socket: WebSocket, key: string) {
    this.#socket = socket
    this.key = key
  }

  /** The next message after this one. */
  say(message: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.#socket.once('message', (data) => resolve(JSON.parse((data as Buffer).toString())))
      this.#socket.once('close', resolve)
      this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    })
  }
}

describe('browser mode', () => {
  let running: Running
  let page: Page
  beforeAll(async () => {
    running = await new Running().ready()
    // Refusals first: none of them may use the token up.
    expect(await running.connect({ token: WRONG_TOKEN })).toBe(NOT_ADMITTED)
    page = (await running.connect({ token: running.token })) as Page
  })
  afterAll(() => running.close())

  it('lets the page of the printed address in, and answers it', async () => {
    expect(page.key).toMatch(/^[\w-]{32}$/)
    expect(await page.say({ id: 1, ask: 'environment', parameters: [] })).toMatchObject({
      id: 1,
      reply: { result: { face: 'browser', version: expect.stringMatching(/^\d/) } },
    })
  })

  it('lets it in again by its key, and nobody by the token that was used', async () => {
    expect(await running.connect({ key: page.key })).toMatchObject({ key: page.key })
    expect(await running.connect({ token: running.token })).toBe(NOT_ADMITTED)
    expect(await running.connect({ key: running.token })).toBe(NOT_ADMITTED)
    expect(await running.connect({ key: WRONG_TOKEN })).toBe(NOT_ADMITTED)
  })

  it.each(['hello', '[]', 'null', '{}', { token: '' }, { token: 7 }, { id: 1, ask: 'stop', parameters: [] }])(
    'lets nobody in who says %j',
    async (junk) => {
      expect(await running.connect(junk)).toBe(NOT_ADMITTED)
    },
  )

  it.each(['http://evil.example', 'null', 'http://127.0.0.1', 'http://localhost:80'])(
    'refuses a page from %s, its key notwithstanding',
    async (origin) => {
      expect(await running.connect({ key: page.key }, { origin })).toBe(403)
      const bearer = { origin, authorization: `Bearer ${page.key}` }
      const upload = `/uploads?group=${crypto.randomUUID()}&name=file`
      expect((await running.fetch(upload, bearer, 'POST', 'x')).status).toBe(403)
    },
  )

  it('refuses requests by another name, as a rebound DNS name makes them', async () => {
    const host = `evil.example:${running.port}`
    expect((await running.fetch('/', { host })).status).toBe(421)
    expect(await running.connect({ key: page.key }, { host })).toBe(403)
  })

  it('serves the page by the policy of the desktop app, and no file beside it', async () => {
    const index = await running.fetch('/')
    expect(index.status).toBe(200)
    expect(index.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    for (const path of [
      '/../node/service.js',
      '/%2e%2e/node/service.js',
      '/.env',
      '/downloads/x',
      '/screens/x',
    ])
      expect((await running.fetch(path)).status, path).toBe(404)
    expect((await running.fetch('/', {}, 'DELETE')).status).toBe(405)
  })

  it('answers junk from a page as such, and closes on what is no message', async () => {
    expect(await page.say({ id: 5, ask: 'start', parameters: [{ link: 'none' }] })).toMatchObject({
      id: 5,
      reply: { failure: { code: 'bad-request' } },
    })
    for (const ask of ['constructor', '__proto__', 'shutdown'])
      expect(await page.say({ id: 6, ask, parameters: [] })).toMatchObject({
        reply: { failure: { code: 'bad-request' } },
      })
    const other = (await running.connect({ key: page.key })) as Page
    expect(await other.say('{"id":1,"ask":"stop"}')).toBe(4400)
    expect(await page.say({ id: 7, ask: 'imports', parameters: [] })).toMatchObject({ reply: { result: [] } })
  })

  describe('with a file that a page sends', () => {
    const headers = () => ({ origin: running.origin, authorization: `Bearer ${page.key}` })
    const upload = (name: string, group: string = crypto.randomUUID()) =>
      running.fetch(
        `/uploads?${new URLSearchParams({ group, name }).toString()}`,
        headers(),
        'POST',
        'content',
      )
    let path: string
    beforeEach(async () => {
      const { status, text } = await upload('my kernel.elf')
      expect(status).toBe(200)
      path = (JSON.parse(text) as { path: string }).path
    })

    it('keeps it until its entry is forgotten', async () => {
      expect(readFileSync(path, 'utf8')).toBe('content')
      expect(path.startsWith(running.folder)).toBe(true)
      const told = await page.say({ id: 8, ask: 'importFiles', parameters: [[path]] })
      expect(told).toMatchObject({ reply: { result: [{ entry: { path, name: 'my kernel.elf' } }] } })
      await page.say({ id: 9, ask: 'forgetImport', parameters: [path] })
      expect(() => readFileSync(path)).toThrow('ENOENT')
    })

    it.each(['../out', '/etc/passwd', 'a/../../out', 'a\\..\\out', '.hidden', 'a//b', '', 'C:x', 'a\0b'])(
      'refuses the name %j',
      async (name) => {
        expect((await upload(name)).status).toBe(400)
      },
    )

    it('refuses a group that is none, and never writes over a file', async () => {
      expect((await upload('x', '../..')).status).toBe(400)
      const group = crypto.randomUUID()
      expect((await upload('x', group)).status).toBe(200)
      expect((await upload('x', group)).status).toBe(500)
    })

    it('takes none without the key', async () => {
      const wrong = { origin: running.origin, authorization: `Bearer ${WRONG_TOKEN}` }
      expect((await running.fetch('/uploads?group=x&name=y', wrong, 'POST', 'x')).status).toBe(403)
    })
  })
})
