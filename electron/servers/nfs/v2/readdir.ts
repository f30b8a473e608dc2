import { DATA_LIMIT } from '../../../protocols/nfs/v2/attributes.ts'
import {
  entrySize,
  LISTING_SIZE,
  readReaddirArguments,
  writeReaddirResult,
} from '../../../protocols/nfs/v2/readdir.ts'
import { FIRST_COOKIE, page } from '../listing.ts'
import { procedure2 } from './procedure.ts'

/** Cookies have 32 bits here: the upper ones of a place, so that they are in the same order. */
const PLACES_TO_A_COOKIE = 2 ** 22

/** READDIR (RFC 1094 section 2.2.17). */
export const readdir = procedure2({
  read: readReaddirArguments,
  run: async ({ directory, cookie, count }, call) => {
    const node = await call.node(directory)
    const { entries, eof } = await page(node, {
      after: cookie,
      room: Math.min(count, DATA_LIMIT, call.services.dataLimit(call.caller)) - LISTING_SIZE,
      sizeOf: entrySize,
      cookieOf: (place) => FIRST_COOKIE + Math.floor(place / PLACES_TO_A_COOKIE),
    })
    const listed = entries.map(({ name, cookie: own, found }) => ({
      name,
      cookie: own,
      fileid: found.attributes.fileid,
    }))
    return { entries: listed, eof }
  },
  write: writeReaddirResult,
})
