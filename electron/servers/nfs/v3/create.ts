import { FileType, type AttributeChanges } from '../../../protocols/nfs/attributes.ts'
import { Status } from '../../../protocols/nfs/status.ts'
import { readCreateArguments, writeCreateResult, type CreateHow } from '../../../protocols/nfs/v3/create.ts'
import { ownedBy } from '../call.ts'
import { ifAbsent } from '../volume/errors.ts'
import { checkChange } from '../volume/names.ts'
import { NfsError, type NodeKey, type WritableVolume } from '../volume/volume.ts'
import { creating } from './creation.ts'
import { procedure3 } from './procedure.ts'

/** CREATE (RFC 1813 section 3.3.8). */
export const create = procedure3({
  idempotent: false,
  read: readCreateArguments,
  run: ({ where, how }, call) =>
    creating(where, call, async (volume, directory, name) => {
      checkChange(name)
      const existing = await volume.lookup(directory, name).catch(ifAbsent)
      if (existing !== undefined) return keep(volume, existing.key, existing.attributes.type, how)
      const verifier = how.mode === 'exclusive' ? { verifier: Buffer.from(how.verifier) } : {}
      const attributes = how.mode === 'exclusive' ? {} : how.attributes
      const node = { type: FileType.REGULAR, ...verifier }
      return volume.create(directory, name, node, ownedBy(call.user, attributes))
    }),
  write: writeCreateResult,
})

/** What CREATE makes of a name that exists: an error, or the file as it is but for a size that was asked for. */
async function keep(volume: WritableVolume, key: NodeKey, type: FileType, how: CreateHow): Promise<NodeKey> {
  const isOurs = how.mode === 'exclusive' && volume.creationVerifier(key)?.equals(how.verifier) === true
  if (isOurs) return key
  if (how.mode !== 'unchecked' || type !== FileType.REGULAR)
    throw new NfsError(Status.EXIST, 'the name exists')
  const { size } = how.attributes
  const changes: AttributeChanges = size === undefined ? {} : { size }
  await volume.setAttributes(key, changes)
  return key
}
