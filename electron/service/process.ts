/**
 * The boot service process: requests come in on standard input, replies and events go out on standard output. The
 * parameter `--user` names whom it was elevated for, where the system does not tell.
 */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ZodError } from 'zod'
import type { BootEvent } from '../clients/events.ts'
import { BootService } from './boot-service.ts'
import { Request, type Message } from './commands.ts'
import { failureOf } from './failure.ts'

/** Whom the system says that it elevated this process for: as that user, and nobody else, it goes on. */
const { values } = parseArgs({ options: { user: { type: 'string' } } })
const service = new BootService(process.env['PKEXEC_UID'] ?? values.user)
service.onEvent(tell)
service.onReading((reading) => send({ reading }))

const input = createInterface({ input: process.stdin })
input.on('line', (line) => void answer(line))
// Whoever started this process holds its input open; when they are gone, nothing may stay behind.
input.on('close', () => end('whoever started it has ended'))
process.on('SIGTERM', () => end('it was told to end'))
process.on('SIGINT', () => end('it was interrupted'))
process.stdout.on('error', () => end('nobody listens any more'))
// No packet, file or message may end this process: what slips through is told and the service goes on.
process.on('uncaughtException', report)
process.on('unhandledRejection', report)

async function answer(line: string): Promise<void> {
  const request = parse(line)
  if (request === undefined) return
  try {
    send({ reply: request.id, result: (await service.execute(request.command)) ?? null })
  } catch (error) {
    send({ reply: request.id, failure: failureOf(error) })
  }
}

function parse(line: string): Request | undefined {
  let id = 0
  try {
    const json: unknown = JSON.parse(line)
    if (typeof json === 'object' && json !== null && 'id' in json && Number.isInteger(json.id))
      id = Number(json.id)
    return Request.parse(json)
  } catch (error) {
    const message =
      error instanceof ZodError
        ? error.issues.map((issue) => `${issue.message}.`).join(' ')
        : `This is no request: ${String(error)}`
    send({ reply: id, failure: { code: 'bad-request', message, remedies: [] } })
    return undefined
  }
}

let ending: Promise<void> | undefined

function end(reason: string): void {
  ending ??= service.close(reason).finally(() => process.exit(0))
}

function report(error: unknown): void {
  service.report(
    `Something unforeseen happened and was survived: ${error instanceof Error ? error.stack : String(error)}`,
  )
}

/** Bytes that may wait for a face that reads more slowly than the network speaks. */
const PATIENCE = 4 * 1024 * 1024
let untold = 0

function tell(event: BootEvent): void {
  if (process.stdout.writableLength > PATIENCE) {
    untold += 1
    return
  }
  if (untold > 0) {
    const text = `${untold} events came faster than they could be shown, and are left out.`
    send({ event: { at: event.at, type: 'notice', level: 'info', text } })
    untold = 0
  }
  send({ event })
}

function send(message: Message): void {
  if (process.stdout.writable) process.stdout.write(`${JSON.stringify(message)}\n`)
}
