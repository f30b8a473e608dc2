/** What READDIR and READDIRPLUS have in common. */
import { FIRST_COOKIE, page, type Page } from '../listing.ts'
import type { ExportedNode } from '../exports.ts'

/** Cookies never go stale, so that there is nothing for a verifier to tell. */
export const COOKIE_VERIFIER = new Uint8Array(8)

/** The largest listing in bytes, whatever the client has room for. */
export const LISTING_LIMIT = 64 * 1024

export function page3(
  directory: ExportedNode,
  cookie: bigint,
  room: number,
  sizeOf: (name: string) => number,
): Promise<Page> {
  // A cookie that was never given out is after the last name, as any other large one.
  const after = Number(cookie)
  return page(directory, { after, room, sizeOf, cookieOf: (place) => FIRST_COOKIE + place })
}
