/** What an overlay keeps of a client's changes: one JSON value a line, in the order in which they were made. */
import { z } from 'zod'
import { FileType } from '../../../protocols/nfs/attributes.ts'
import { KEY_BYTES } from '../volume/volume.ts'

const NodeKey = z.hex().length(2 * KEY_BYTES)
const Time = z.object({ seconds: z.int(), nanoseconds: z.int() })
const FileTypes = z.literal(Object.values(FileType))

/** A node that the client made, or one of the export whose attributes or content it changed. */
export const NodeRecord = z.object({
  key: NodeKey,
  type: FileTypes,
  mode: z.int(),
  uid: z.int(),
  gid: z.int(),
  links: z.int(),
  device: z.object({ major: z.int(), minor: z.int() }),
  fileid: z.string(),
  changed: Time,
  /** Absent: as the file with its content says. */
  accessed: Time.optional(),
  modified: Time.optional(),
  /** Its content is in a file of the overlay, and not that of the export. */
  hasContent: z.boolean(),
  /** Of a symbolic link. */
  target: z.string().optional(),
  /** Of a directory that is not where the export has it. */
  parent: NodeKey.optional(),
  /** Of a file that was created exclusively, in hexadecimal. */
  verifier: z.string().optional(),
  /** A node of the export that the client removed. */
  isRemoved: z.boolean().optional(),
})
export type NodeRecord = z.infer<typeof NodeRecord>

const Name = z.object({ directory: NodeKey, name: z.string() })

export const Change = z.union([
  z.object({ put: NodeRecord }),
  /** A node of the client's own is gone. */
  z.object({ forget: NodeKey }),
  z.object({ name: Name, means: NodeKey }),
  /** The export has this name, and the client removed it. */
  z.object({ name: Name, hidden: z.literal(true) }),
  /** The name is what it is in the export, or nothing. */
  z.object({ name: Name, dropped: z.literal(true) }),
])
export type Change = z.infer<typeof Change>
