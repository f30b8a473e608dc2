/** FSSTAT, FSINFO and PATHCONF (RFC 1813 sections 3.3.18 to 3.3.20). */
import type { Writer } from '../../../protocols/bytes.ts'
import { readHandle } from '../../../protocols/nfs/v3/attributes.ts'
import {
  FsinfoProperty,
  writeFsinfoResult,
  writeFsstatResult,
  writePathconfResult,
} from '../../../protocols/nfs/v3/filesystem.ts'
import type { Attributes } from '../../../protocols/nfs/attributes.ts'
import type { Result } from '../../../protocols/nfs/status.ts'
import { WRITE_LIMIT } from '../../../protocols/nfs/v3/write.ts'
import { withStatus, type NfsCall } from '../call.ts'
import type { ExportedNode } from '../exports.ts'
import { NAME_LIMIT } from '../volume/names.ts'
import { isWritable } from '../volume/volume.ts'
import { LISTING_LIMIT } from './listing.ts'
import { procedure3, type Procedure3 } from './procedure.ts'

interface OfNode {
  readonly attributes: Attributes | undefined
}

/** What has one handle as its argument and tells the node's attributes whatever happens. */
function ofNode<Success extends object>(
  tell: (node: ExportedNode, call: NfsCall) => Success | Promise<Success>,
  write: (writer: Writer, result: Result<OfNode & Success, OfNode>) => void,
): Procedure3 {
  return procedure3({
    read: readHandle,
    run: (file: Buffer, call) =>
      withStatus(
        async () => {
          const node = await call.node(file)
          const attributes = await node.volume.attributes(node.key)
          return { attributes, ...(await tell(node, call)) }
        },
        async () => ({ attributes: await call.attributes(file) }),
      ),
    write,
  })
}

export const fsstat = ofNode(async ({ volume }) => ({ space: await volume.space() }), writeFsstatResult)

export const fsinfo = ofNode(({ volume }, call) => {
  const limit = call.services.dataLimit(call.caller)
  const { LINK, SYMLINK, HOMOGENEOUS, CANSETTIME } = FsinfoProperty
  return {
    sizes: {
      readMaximum: limit,
      readPreferred: limit,
      writeMaximum: Math.min(limit, WRITE_LIMIT),
      writePreferred: Math.min(limit, WRITE_LIMIT),
      listingPreferred: Math.min(limit, LISTING_LIMIT),
      maximumFileSize: BigInt(Number.MAX_SAFE_INTEGER),
      timeDelta: { seconds: 0, nanoseconds: 1 },
      properties: LINK | SYMLINK | HOMOGENEOUS | (isWritable(volume) ? CANSETTIME : 0),
    },
  }
}, writeFsinfoResult)

/** As many links as the number in the attributes can count. */
const MAXIMUM_LINKS = 0xffff_ffff

export const pathconf = ofNode(
  () => ({ limits: { maximumLinks: MAXIMUM_LINKS, maximumName: NAME_LIMIT } }),
  writePathconfResult,
)
