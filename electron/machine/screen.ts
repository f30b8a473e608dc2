/** The virtual target's screen, as QEMU's VNC server shows it to a page by a WebSocket on 127.0.0.1. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Qmp } from './qmp.ts'

export interface Screen {
  /** A WebSocket on 127.0.0.1 that speaks RFB. */
  readonly url: string
  /** Good for new connections within half a minute. */
  readonly password: string
}

/** Where QEMU shows the screen. */
export interface ScreenSocket {
  /** The value of `-vnc`. */
  readonly argument: string
  close(): Promise<void>
}

/** A page connects at once; a password that somebody finds later is worth nothing. */
const PASSWORD_SECONDS = 30
/** RFB compares no more than eight characters of a password (RFC 6143 section 7.2.2). */
const PASSWORD_LENGTH = 8

/**
 * QEMU serves RFB itself beside the WebSocket, and cannot be told not to: it does so on a unix socket in a folder of
 * this user's alone, or on Windows, which QEMU has none on, by a port of 127.0.0.1. Nobody gets in before
 * `openScreen` has set a password.
 */
export async function screenSocket(): Promise<ScreenSocket> {
  if (process.platform === 'win32')
    return { argument: '127.0.0.1:0,to=99,websocket=on,password=on', close: () => Promise.resolve() }
  const folder = await mkdtemp(join(tmpdir(), 'bootwire-'))
  const path = join(folder, 'rfb').replaceAll(',', ',,')
  return {
    argument: `unix:${path},websocket=127.0.0.1:0,password=on`,
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

const Servers = z.array(
  z.object({
    server: z.array(z.object({ websocket: z.boolean(), host: z.string(), service: z.string() })),
  }),
)

/** Sets a new password, which replaces the one before. Rejects with a `QmpError`. */
export async function openScreen(qmp: Qmp): Promise<Screen> {
  const servers = Servers.parse(await qmp.execute('query-vnc-servers'))
  const socket = servers.flatMap(({ server }) => server).find(({ websocket }) => websocket)
  if (socket === undefined) throw new Error('QEMU shows the screen nowhere.')
  const password = randomBytes(PASSWORD_LENGTH).toString('base64url').slice(0, PASSWORD_LENGTH)
  await qmp.execute('set_password', { protocol: 'vnc', password })
  await qmp.execute('expire_password', { protocol: 'vnc', time: `+${PASSWORD_SECONDS}` })
  return { url: `ws://${socket.host}:${socket.service}`, password }
}
