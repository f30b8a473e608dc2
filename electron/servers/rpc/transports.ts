import type { Endpoint, Link, LinkConnection, LinkListener, LinkSocket, StreamLink } from '../../link/link.ts'
import { contains } from '../../protocols/addresses.ts'
import { joined } from '../../protocols/sunrpc/pieces.ts'
import { RecordDecoder } from '../../protocols/sunrpc/records.ts'
import type { Company } from './company.ts'
import type { RpcDispatcher } from './dispatcher.ts'
import { ReplySender } from './reply-sender.ts'

/** Calls being answered at once: what comes beyond them is lost, as UDP may lose it, and is sent again. */
const DATAGRAM_CALLS = 1024
const CONNECTION_CALLS = 64
const CONNECTIONS = 256
/** Replies that a slow reader leaves behind, in bytes, before no more of its calls are read. */
const UNSENT_LIMIT = 4 * 1024 * 1024
/** The largest call: a WRITE of 256 KiB and what is around it. */
const RECORD_LIMIT = 260 * 1024

/** Answers calls that come as datagrams, each as soon as it is done. `company` hears of all servers' clients. */
export async function serveDatagrams(
  link: Link,
  port: number,
  dispatcher: RpcDispatcher,
  company: Company,
): Promise<LinkSocket> {
  let calls = 0
  const socket = await link.open(port, (data, from) => {
    if (calls >= DATAGRAM_CALLS || !isPeer(link, from)) return
    company.heard(socket)
    calls += 1
    // The link uses the memory of `data` again, and an answer may wait for the disk.
    void dispatcher.answer(Buffer.from(data), { ...from, transport: 'udp' }).then((reply) => {
      calls -= 1
      if (reply === undefined) return
      // The link takes what it sends before it returns.
      socket.send(joined(reply.pieces), from)
      reply.sent?.()
    })
  })
  return socket
}

/** Answers calls that come by connections. Closing it ends them all. */
export async function serveStreams(
  link: StreamLink,
  port: number,
  dispatcher: RpcDispatcher,
  company: Company,
): Promise<LinkListener> {
  // In the order in which they were last heard, the longest quiet one first.
  const connections = new Set<LinkConnection>()
  const listener = await link.listen(port, (connection) => {
    if (!isPeer(link, connection.peer)) return void connection.destroy()
    if (connections.size >= CONNECTIONS) connections.values().next().value!.destroy()
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    connection.on('data', () => {
      connections.delete(connection)
      connections.add(connection)
      company.heard(connection)
    })
    serveConnection(connection, dispatcher, company)
  })
  return {
    port: listener.port,
    close() {
      listener.close()
      for (const connection of connections) connection.destroy()
    },
  }
}

function serveConnection(connection: LinkConnection, dispatcher: RpcDispatcher, company: Company): void {
  const records = new RecordDecoder(RECORD_LIMIT)
  const caller = () => ({
    ...connection.peer,
    transport: 'tcp' as const,
    // A lone reader is served best from memory that was filled ahead of it, several by threads of the system.
    takesFiles: connection.sendFile !== undefined && company.hasOthersThan(connection),
  })
  const sender = new ReplySender(connection, () => proceed())
  const waiting: Buffer[] = []
  let calls = 0

  const isBusy = () => calls + sender.waiting >= CONNECTION_CALLS || connection.writableLength > UNSENT_LIMIT
  const proceed = () => {
    while (waiting.length > 0 && !isBusy()) answer(waiting.shift()!)
    if (waiting.length === 0 && connection.isPaused()) connection.resume()
  }
  const answer = (record: Buffer) => {
    calls += 1
    void dispatcher.answer(record, caller()).then((reply) => {
      calls -= 1
      if (reply !== undefined) sender.send(reply)
      proceed()
    })
  }
  connection.on('error', () => connection.destroy())
  connection.on('drain', proceed)
  connection.on('data', (chunk: Buffer) => {
    try {
      waiting.push(...records.push(chunk))
    } catch {
      // Without its framing a stream cannot be understood any more.
      connection.destroy()
      return
    }
    proceed()
    if (waiting.length > 0) connection.pause()
  })
}

/** An answer to a forged source from elsewhere would make us a weapon against whoever has that address. */
function isPeer(link: Link, { address, port }: Endpoint): boolean {
  return port !== 0 && contains(link, address)
}
