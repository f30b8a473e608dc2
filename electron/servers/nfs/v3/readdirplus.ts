import {
  entryPlusSize,
  LISTING_SIZE,
  readReaddirplusArguments,
  writeReaddirplusResult,
} from '../../../protocols/nfs/v3/readdir.ts'
import { withStatus } from '../call.ts'
import { HANDLE_BYTES } from '../handles.ts'
import { COOKIE_VERIFIER, LISTING_LIMIT, page3 } from './listing.ts'
import { procedure3 } from './procedure.ts'

/** READDIRPLUS (RFC 1813 section 3.3.17). */
export const readdirplus = procedure3({
  read: readReaddirplusArguments,
  run: ({ directory, cookie, maximumCount }, call) =>
    withStatus(
      async () => {
        const node = await call.node(directory)
        const limit = Math.min(maximumCount, LISTING_LIMIT, call.services.dataLimit(call.caller))
        const sizeOf = (name: string) => entryPlusSize(name, HANDLE_BYTES)
        const { entries, eof } = await page3(node, cookie, limit - LISTING_SIZE, sizeOf)
        return {
          directory: await node.attributes(),
          verifier: COOKIE_VERIFIER,
          entries: entries.map(({ name, cookie: own, found: { key, attributes } }) => ({
            name,
            cookie: BigInt(own),
            fileid: attributes.fileid,
            attributes,
            handle: node.handleOf(key),
          })),
          eof,
        }
      },
      async () => ({ directory: await call.attributes(directory) }),
    ),
  write: writeReaddirplusResult,
})
