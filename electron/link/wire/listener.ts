import { mkdtemp, rm } from 'node:fs/promises'
import { type Server, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where QEMU finds a socket that this process listens on. */
export type SocketAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }

export interface Listener {
  readonly address: SocketAddress
  close(): Promise<void>
}

/** What fits `sockaddr_un` everywhere; macOS has the shortest. */
const LONGEST_SOCKET_PATH = 103

/**
 * Listens where no other user of this computer can connect: on a unix socket in a new directory with mode 0700.
 * Windows has none that QEMU and Node both know, so there it is a free port of 127.0.0.1.
 */
export async function listenPrivately(onConnection: (socket: Socket) => void): Promise<Listener> {
  const server = createServer(onConnection)
  if (process.platform === 'win32') {
    await listen(server, { host: '127.0.0.1', port: 0 })
    const bound = server.address()
    if (bound === null || typeof bound === 'string') throw new Error('127.0.0.1 gave no port to listen on')
    return {
      address: { kind: 'inet', host: '127.0.0.1', port: bound.port },
      close: () => closeServer(server),
    }
  }
  const directory = await mkdtemp(join(shortTemporaryDirectory(), 'bootwire-'))
  const path = join(directory, 'socket')
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await listen(server, { path })
  } catch (error) {
    await remove()
    throw error
  }
  return {
    address: { kind: 'unix', path },
    close: async () => {
      await closeServer(server)
      await remove()
    },
  }
}

/** `mkdtemp` gives mode 0700 wherever the directory is. */
function shortTemporaryDirectory(): string {
  const usual = tmpdir()
  return join(usual, 'bootwire-XXXXXX', 'socket').length <= LONGEST_SOCKET_PATH ? usual : '/tmp'
}

function listen(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
