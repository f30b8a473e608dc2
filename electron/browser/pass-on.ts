import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Passes a WebSocket on to a port of 127.0.0.1 as it is, its handshake included (RFC 6455 section 4.1), but for the name
 * of the file and for whom the page and its browser are.
 */
export function passOn(request: IncomingMessage, socket: Duplex, head: Buffer, port: number): void {
  const there = connect(port, '127.0.0.1', () => {
    const kept = Object.entries(request.headers).filter(
      ([name]) => ['upgrade', 'connection'].includes(name) || name.startsWith('sec-websocket-'),
    )
    const headers = [['host', `127.0.0.1:${port}`] as const, ...kept].map(
      ([name, value]) => `${name}: ${String(value)}`,
    )
    there.write(`GET / HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
    there.write(head)
    there.pipe(socket)
    socket.pipe(there)
  })
  there.on('error', () => socket.destroy())
  there.on('close', () => socket.destroy())
  socket.on('close', () => there.destroy())
}
