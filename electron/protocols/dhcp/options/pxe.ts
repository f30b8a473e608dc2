import { DecodeError, Writer } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'
import { expectLength } from './kinds.ts'
import { readSuboptions, writeSuboptions, type Suboptions } from './suboptions.ts'

/** What of PXE's own options (PXE 2.1 section 2.2.5, table 2-1) a boot server without menus needs. */
export interface PxeOptions {
  /** PXE_DISCOVERY_CONTROL (6). */
  readonly discoveryControl?: number
  /** PXE_BOOT_ITEM (71): the boot server type and layer that a client asks for, and that an answer repeats. */
  readonly bootItem?: { readonly type: number; readonly layer: number }
  /** All others, by code. */
  readonly others?: Suboptions
}

/** Discovery control bit 3: load the file named in this offer, with no prompt, menu or discovery. */
export const LOAD_OFFERED_FILE = 8

const DISCOVERY_CONTROL = 6
const BOOT_ITEM = 71

/** Vendor options (RFC 2132 section 8.4) of vendor class `PXEClient`. Other vendors' mean something else. */
export const pxeOptions: OptionCodec<PxeOptions> = {
  code: 43,
  name: 'PXE options',
  decode(bytes) {
    const others = readSuboptions(bytes, 'PXE', true)
    const control = others.get(DISCOVERY_CONTROL)
    const item = others.get(BOOT_ITEM)
    others.delete(DISCOVERY_CONTROL)
    others.delete(BOOT_ITEM)
    if (control !== undefined) expectLength(control, 1, 'PXE discovery control')
    return {
      ...(control === undefined ? {} : { discoveryControl: control[0]! }),
      ...(item === undefined ? {} : { bootItem: readBootItem(Buffer.from(item)) }),
      ...(others.size === 0 ? {} : { others }),
    }
  },
  encode({ discoveryControl, bootItem, others }) {
    const suboptions = new Map<number, Uint8Array>()
    if (discoveryControl !== undefined) suboptions.set(DISCOVERY_CONTROL, Buffer.of(discoveryControl))
    for (const [code, value] of others ?? []) suboptions.set(code, value)
    if (bootItem !== undefined)
      suboptions.set(BOOT_ITEM, new Writer(4).u16(bootItem.type).u16(bootItem.layer).finish())
    return writeSuboptions(suboptions, 'PXE', true)
  },
  describe: ({ discoveryControl, bootItem, others }) =>
    [
      ...(discoveryControl === undefined ? [] : [`discovery control ${discoveryControl}`]),
      ...(bootItem === undefined ? [] : [`boot item ${bootItem.type} layer ${bootItem.layer}`]),
      ...[...(others?.keys() ?? [])].map((code) => `suboption ${code}`),
    ].join(', '),
}

function readBootItem(bytes: Buffer): { type: number; layer: number } {
  // Some ROMs leave the layer out.
  if (bytes.length !== 4 && bytes.length !== 2)
    throw new DecodeError('invalid', 'PXE boot item', 0, `${bytes.length} bytes instead of 4`)
  return { type: bytes.readUInt16BE(0), layer: bytes.length === 4 ? bytes.readUInt16BE(2) : 0 }
}
