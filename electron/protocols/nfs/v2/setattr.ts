/** SETATTR (RFC 1094 section 2.2.3); its results are `attrstat`. */
import type { Reader } from '../../bytes.ts'
import type { AttributeChanges } from '../attributes.ts'
import { readAttributeChanges, readHandle } from './attributes.ts'

export interface SetattrArguments {
  readonly file: Buffer
  readonly changes: AttributeChanges
}

export function readSetattrArguments(reader: Reader): SetattrArguments {
  return { file: readHandle(reader), changes: readAttributeChanges(reader) }
}
