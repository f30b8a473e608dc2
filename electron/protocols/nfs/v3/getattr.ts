/** GETATTR (RFC 1813 section 3.3.1); its argument is a handle. */
import type { Writer } from '../../bytes.ts'
import type { Attributes } from '../attributes.ts'
import { Status, type Result } from '../status.ts'
import { writeAttributes } from './attributes.ts'

export type GetattrResult = Result<{ readonly attributes: Attributes }>

export function writeGetattrResult(writer: Writer, result: GetattrResult): void {
  writer.u32(result.status)
  if (result.status === Status.OK) writeAttributes(writer, result.attributes)
}
