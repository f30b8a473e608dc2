/** Browser mode: the page and its contract by HTTP and a WebSocket, on 127.0.0.1 and nowhere else. */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { basename } from 'node:path'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'
import { attempt, Backend } from '../api/backend.ts'
import type { Screen } from '../api/desktop.ts'
import { PAGE_HEADERS, readAsset } from '../api/page.ts'
import type { Reply } from '../api/requests.ts'
import { readKept, type KeptFile } from '../api/kept.ts'
import type { KeptFileName } from '../api/supervisor.ts'
import { Admission, isForUs, isFromOurPage } from './admission.ts'
import { converse } from './conversation.ts'
import { ListFolders, listFolders } from './folders.ts'
import { passOn } from './pass-on.ts'
import { Tickets } from './tickets.ts'
import { receiveUpload, Upload } from './uploads.ts'

/** Options and lists of files are small. */
const LONGEST_MESSAGE = 1024 * 1024

const page = fileURLToPath(new URL('../renderer', import.meta.url))

export interface BrowserMode {
  /** What to open in a browser: it lets one page in. */
  readonly address: string
  /** Ends the session, if any, and everything else. */
  close(): Promise<void>
}

/** @param port 0 for any that is free */
export async function startBrowserMode(port: number): Promise<BrowserMode> {
  const dialogs = { chooseImports: unasked, chooseFolder: unasked, save: unasked }
  const server = new Server(new Backend({ face: 'browser', dialogs }))
  await server.listen(port)
  return server
}

/** A browser's page has its own ways for these. */
function unasked(): Promise<never> {
  return Promise.reject(new Error('This is asked by the page itself.'))
}

class Server implements BrowserMode {
  readonly #backend: Backend
  readonly #admission = new Admission()
  readonly #downloads = new Tickets<{ readonly kept: KeptFile; readonly kind: KeptFileName }>()
  /** Ports of 127.0.0.1 on which QEMU shows a screen. */
  readonly #screens = new Tickets<number>()
  readonly #http = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      refuse(response, error instanceof Refusal ? error.status : 500)
    })
  })
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE })

  constructor(backend: Backend) {
    this.#backend = backend
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  async listen(port: number): Promise<void> {
    this.#http.listen(port, '127.0.0.1')
    await once(this.#http, 'listening')
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/#${this.#admission.token ?? ''}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.close()
    this.#http.closeAllConnections()
    await this.#backend.close()
  }

  get #port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isForUs(request, this.#port)) throw new Refusal(421)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (request.method === 'POST' && pathname === '/uploads')
      return this.#receive(request, response, Object.fromEntries(searchParams))
    if (request.method !== 'GET') throw new Refusal(405)
    if (pathname.startsWith('/downloads/')) return this.#download(response, basename(pathname))
    const asset = await readAsset(page, pathname)
    if (asset === undefined) throw new Refusal(404)
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': asset.type, 'cache-control': 'no-store' })
    response.end(asset.bytes)
  }

  async #receive(request: IncomingMessage, response: ServerResponse, parameters: unknown): Promise<void> {
    const key = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (!isFromOurPage(request, this.#port) || !this.#admission.admits(key)) throw new Refusal(403)
    const upload = Upload.safeParse(parameters)
    if (!upload.success) throw new Refusal(400)
    const path = await receiveUpload(upload.data, request)
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json' })
    response.end(JSON.stringify({ path }))
  }

  async #download(response: ServerResponse, ticket: string): Promise<void> {
    const file = this.#downloads.redeem(ticket)
    if (file === undefined) throw new Refusal(404)
    const { kept, kind } = file
    const extension = kind === 'journal' ? 'jsonl' : 'pcapng'
    response.writeHead(200, {
      ...PAGE_HEADERS,
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="bootwire-${kind}.${extension}"`,
    })
    await pipeline(readKept(kept), response)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    if (!isForUs(request, this.#port) || !isFromOurPage(request, this.#port)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    const path = request.url ?? ''
    const screen = path.startsWith('/screens/') ? this.#screens.redeem(basename(path)) : undefined
    if (screen !== undefined) passOn(request, socket, head, screen)
    else if (path === '/socket')
      this.#sockets.handleUpgrade(request, socket, head, (opened) =>
        converse(opened, this.#admission, this.#backend, (name, parameters) =>
          this.#answer(name, parameters),
        ),
      )
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  }

  /** Files to save and the screen come by the one port that the browser may have been led to; folders are listed here. */
  async #answer(name: string, parameters: unknown): Promise<Reply> {
    if (name === 'saveJournal') return this.#offer('journal')
    if (name === 'saveCapture') return this.#offer('capture')
    if (name === 'listFolders') return attempt(async () => listFolders(...ListFolders.parse(parameters)))
    const reply = await this.#backend.answer(name, parameters)
    return name === 'screen' ? this.#byOurPort(reply) : reply
  }

  /** The result is the path of a download. */
  #offer(kind: KeptFileName): Promise<Reply> {
    return attempt(async () => {
      const kept = await this.#backend.keptFile(kind)
      return `/downloads/${this.#downloads.issue({ kept, kind })}`
    })
  }

  #byOurPort(reply: Reply): Reply {
    const screen = 'result' in reply ? (reply.result as Screen | undefined) : undefined
    if (screen === undefined) return reply
    const ticket = this.#screens.issue(Number(new URL(screen.url).port))
    return { result: { ...screen, url: `ws://127.0.0.1:${this.#port}/screens/${ticket}` } }
  }
}

/** What is answered with a status alone. */
class Refusal extends Error {
  readonly status: number

  constructor(status: number) {
    super(STATUS_CODES[status])
    this.status = status
  }
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${STATUS_CODES[status] ?? 'Refused'}\n`)
}
