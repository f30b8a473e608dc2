import { createHash } from 'node:crypto'
import type { RpcCall } from '../../protocols/sunrpc/call.ts'
import type { Caller } from './program.ts'
import type { Reply } from './reply.ts'

const KEPT_CALLS = 512
const KEPT_MILLISECONDS = 60_000

/**
 * Replies to calls that must not be carried out twice. A client that lost one sends its call again: it gets the
 * same reply. The key holds all of the call and not its xid alone, because there are clients which use one xid
 * for calls of several procedures and programs.
 */
export class DuplicateCalls {
  readonly #replies = new Map<string, { readonly reply: Promise<Reply>; readonly at: number }>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** The reply of the first such call, whether it is already there or still being made. */
  once(call: RpcCall, caller: Caller, carryOut: () => Promise<Reply>): Promise<Reply> {
    const key = keyOf(call, caller)
    const now = this.#now()
    const known = this.#replies.get(key)
    if (known !== undefined && now - known.at < KEPT_MILLISECONDS) return known.reply
    this.#replies.delete(key)
    const reply = carryOut()
    this.#replies.set(key, { reply, at: now })
    this.#forgetOldest(now)
    return reply
  }

  #forgetOldest(now: number): void {
    for (const [key, { at }] of this.#replies) {
      if (this.#replies.size <= KEPT_CALLS && now - at < KEPT_MILLISECONDS) return
      this.#replies.delete(key)
    }
  }
}

function keyOf(call: RpcCall, caller: Caller): string {
  const { xid, program, version, procedure } = call
  const digest = createHash('sha1').update(call.arguments).digest('base64')
  return [caller.transport, caller.address, caller.port, xid, program, version, procedure, digest].join(' ')
}
