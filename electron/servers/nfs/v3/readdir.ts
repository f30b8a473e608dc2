import {
  entrySize,
  LISTING_SIZE,
  readReaddirArguments,
  writeReaddirResult,
} from '../../../protocols/nfs/v3/readdir.ts'
import { withStatus } from '../call.ts'
import { COOKIE_VERIFIER, LISTING_LIMIT, page3 } from './listing.ts'
import { procedure3 } from './procedure.ts'

/** READDIR (RFC 1813 section 3.3.16). */
export const readdir = procedure3({
  read: readReaddirArguments,
  run: ({ directory, cookie, count }, call) =>
    withStatus(
      async () => {
        const node = await call.node(directory)
        const room = Math.min(count, LISTING_LIMIT, call.services.dataLimit(call.caller)) - LISTING_SIZE
        const { entries, eof } = await page3(node, cookie, room, entrySize)
        return {
          directory: await node.attributes(),
          verifier: COOKIE_VERIFIER,
          entries: entries.map(({ name, cookie: own, found }) => ({
            name,
            cookie: BigInt(own),
            fileid: found.attributes.fileid,
          })),
          eof,
        }
      },
      async () => ({ directory: await call.attributes(directory) }),
    ),
  write: writeReaddirResult,
})
