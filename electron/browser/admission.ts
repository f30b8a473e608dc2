/**
 * Who may speak to browser mode. Every page in a browser can reach a port of this computer, and so can every user's
 * program; the address that is printed has a token, which lets one page in, once, and gives it a key for later.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export class Admission {
  readonly #keys = new Set<string>()
  #token: string | undefined = secret()

  /** For the address; undefined once it has been used. */
  get token(): string | undefined {
    return this.#token
  }

  /** A key for the token, which is worth nothing from then on. */
  exchange(token: string): string | undefined {
    if (this.#token === undefined || !isSame(token, this.#token)) return undefined
    this.#token = undefined
    const key = secret()
    this.#keys.add(key)
    return key
  }

  admits(key: string): boolean {
    return [...this.#keys].some((known) => isSame(key, known))
  }
}

/**
 * Whether a request names this computer by its address. A name that leads here by somebody else's DNS (rebinding) would
 * let that site's pages read our answers.
 */
export function isForUs({ headers }: IncomingMessage, port: number): boolean {
  return headers.host === `127.0.0.1:${port}`
}

/** Whether our own page sent it. A browser says truly where a page that opens a WebSocket or posts comes from. */
export function isFromOurPage({ headers }: IncomingMessage, port: number): boolean {
  return headers.origin === `http://127.0.0.1:${port}`
}

/** A 192-bit secret, in letters that a URL needs not escape. */
export function secret(): string {
  return randomBytes(24).toString('base64url')
}

/** Takes the same time however much is right. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
