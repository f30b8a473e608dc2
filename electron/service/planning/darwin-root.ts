import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ChainExport } from '../../chains/chain.ts'
import { servedNames } from '../../chains/pxelinux-names.ts'
import { networkRootFlags } from '../../formats/darwin/boot-plist.ts'
import type { Ipv4Address } from '../../protocols/addresses.ts'

/** A root volume on this computer, and how the kernel is told where it is. */
export interface NetworkRoot {
  readonly export: ChainExport
  readonly flags: readonly string[]
}

/** What the kernel mounts. The name is of the kernel's arguments, which blanks would end. */
const PATH = '/darwin'

/**
 * A folder is the root itself. A disk image, which the kernel attaches, is exported alone: nothing beside it is
 * anybody's business. A folder that cannot be read is told when it is exported.
 */
export async function networkRoot(place: string, address: Ipv4Address): Promise<NetworkRoot> {
  const found = await stat(place).catch(() => undefined)
  const common = { path: PATH, writable: true, keep: false }
  if (!found?.isFile())
    return {
      export: { ...common, source: { kind: 'folder', folder: place } },
      flags: networkRootFlags(address, PATH),
    }
  const [name = 'root'] = servedNames([basename(place)], [])
  const file = {
    name,
    content: { kind: 'file', path: place, size: found.size },
    origin: 'your import',
  } as const
  return {
    export: { ...common, source: { kind: 'tree', files: [file] } },
    flags: networkRootFlags(address, PATH, name),
  }
}
