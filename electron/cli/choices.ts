import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ChainChoice, ExportChoice, LinkChoice } from '../api/contract.ts'

/** The options that `try` and `serve` share. */
export interface ChainOptions {
  readonly chain: string
  readonly profile?: string
  readonly folder?: string
  readonly kernel?: string
  readonly args?: string
  readonly darwin?: string
  readonly module: readonly string[]
  readonly loaders: readonly string[]
  readonly json?: boolean
}

/** The service runs in another folder: paths are made absolute here. */
export function chainChoice(files: readonly string[], options: ChainOptions): ChainChoice {
  return {
    id: options.chain,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    imports: files.map((file) => resolve(file)),
    ...(options.folder === undefined ? {} : { folder: resolve(options.folder) }),
    ...(options.kernel === undefined ? {} : { kernel: resolve(options.kernel) }),
    ...(options.args === undefined ? {} : { arguments: options.args }),
    ...(options.darwin === undefined ? {} : { darwin: options.darwin }),
    modules: options.module.map(moduleChoice),
    loaderFolders: options.loaders.map((folder) => resolve(folder)),
  }
}

/** The options of commands that can export folders. */
export interface ExportOptions {
  readonly export: readonly string[]
  readonly writable?: boolean
  readonly keep?: boolean
}

export function exportChoices({
  export: folders,
  writable = false,
  keep = false,
}: ExportOptions): ExportChoice[] {
  if (keep && !writable) throw new Error('--keep keeps what clients write: it takes --writable as well.')
  return folders.map((folder) => ({ folder: resolve(folder), writable, keep }))
}

/** The options of commands that use a real interface. */
export interface InterfaceOptions {
  readonly interface: string
  readonly address?: string
  readonly user?: string
}

export function interfaceChoice({ interface: name, address }: InterfaceOptions): LinkChoice {
  return { kind: 'interface', name, ...(address === undefined ? {} : { address }) }
}

/** `file arguments…`; the name of a file that is there may have blanks in it. */
function moduleChoice(text: string): ChainChoice['modules'][number] {
  const [, path = text, words = ''] = existsSync(text) ? [] : (/^(\S+)\s+(.*)$/s.exec(text) ?? [])
  return { path: resolve(path), arguments: words }
}
