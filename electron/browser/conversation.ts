import type { RawData, WebSocket } from 'ws'
import { type z } from 'zod'
import type { Backend } from '../api/backend.ts'
import type { Reply } from '../api/requests.ts'
import type { Admission } from './admission.ts'
import { Introduction, PageMessage, type ServerMessage } from './messages.ts'

/** RFC 6455 section 7.4.2 leaves these to applications. */
const NOT_ADMITTED = 4401
const NOT_UNDERSTOOD = 4400
/** Milliseconds within which a page introduces itself. */
const INTRODUCTION_TIME = 5000
/** Bytes that may wait for a page that reads more slowly than the network speaks. */
const PATIENCE = 32 * 1024 * 1024

/** Carries out requests; some are browser mode's own matter. */
export type Answer = (name: string, parameters: unknown) => Promise<Reply>

/** One page's WebSocket, from its introduction to its end. */
export function converse(socket: WebSocket, admission: Admission, backend: Backend, answer: Answer): void {
  const listening = new Map<number, () => void>()
  const impatience = setTimeout(() => socket.close(NOT_ADMITTED), INTRODUCTION_TIME)
  let admitted = false

  const send = (message: ServerMessage) => {
    if (socket.bufferedAmount > PATIENCE) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }
  const introduce = (data: RawData) => {
    const key = keyFor(admission, parse(Introduction, data))
    if (key === undefined) {
      socket.close(NOT_ADMITTED, 'This address was used already, or is not the one that was printed.')
      return
    }
    clearTimeout(impatience)
    admitted = true
    send({ key })
  }
  const heed = (data: RawData) => {
    const message = parse(PageMessage, data)
    if (message === undefined) {
      socket.close(NOT_UNDERSTOOD)
      return
    }
    const { id } = message
    if ('ask' in message) void answer(message.ask, message.parameters).then((reply) => send({ id, reply }))
    else {
      listening.get(id)?.()
      listening.delete(id)
      if ('listen' in message)
        listening.set(
          id,
          backend.listen(message.listen, (news) => send({ id, news })),
        )
    }
  }
  socket.on('message', (data) => (admitted ? heed(data) : introduce(data)))
  socket.on('close', () => {
    clearTimeout(impatience)
    for (const stop of listening.values()) stop()
  })
  // It closes by itself afterwards.
  socket.on('error', () => {})
}

function keyFor(admission: Admission, introduction: Introduction | undefined): string | undefined {
  if (introduction === undefined) return undefined
  if ('token' in introduction) return admission.exchange(introduction.token)
  return admission.admits(introduction.key) ? introduction.key : undefined
}

function parse<Schema extends z.ZodType>(schema: Schema, data: RawData): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse((data as Buffer).toString('utf8')))
  } catch {
    return undefined
  }
}
