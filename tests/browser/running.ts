import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'

const program = fileURLToPath(new URL('../../dist/node/browser.js', import.meta.url))

/** Why no built face can be run; undefined when one can. */
export function noBuild(): string | undefined {
  return existsSync(program) ? undefined : 'needs a build (npm run build)'
}

/** Browser mode as `npm start -- --browser` starts it, with a state folder of its own. */
export class Running {
  readonly folder = mkdtempSync(join(tmpdir(), 'bootwire-browser-'))
  readonly process: ChildProcess
  port = 0
  token = ''

  /** @param before what `node` is started by, such as `setpriv` and its parameters */
  constructor(environment: NodeJS.ProcessEnv = {}, before: readonly string[] = []) {
    // Whoever it is run as has to be able to write there.
    chmodSync(this.folder, 0o777)
    const [command, ...parameters] = [...before, process.execPath, program]
    this.process = spawn(command, parameters, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, XDG_STATE_HOME: this.folder, ...environment },
    })
  }

  async ready(): Promise<this> {
    const address = await new Promise<string>((resolve, reject) => {
      this.process.stdout!.setEncoding('utf8').once('data', resolve)
      this.process.once('exit', (status) => reject(new Error(`Browser mode ended with ${status}.`)))
    })
    const [, port, token = ''] = /^Open http:\/\/127\.0\.0\.1:(\d+)\/#(\S+)$/m.exec(address) ?? []
    this.port = Number(port)
    this.token = token
    return this
  }

  async close(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve))
      this.process.kill('SIGTERM')
      await ended
    }
    rmSync(this.folder, { recursive: true })
  }

  /** What it printed: lets one page in, once. */
  get address(): string {
    return `${this.origin}/#${this.token}`
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

export class Page {
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
