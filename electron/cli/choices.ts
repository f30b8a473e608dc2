import { resolve } from 'node:path'
import type { ChainChoice } from '../api/contract.ts'

/** The options that `try` and `serve` share. */
export interface ChainOptions {
  readonly chain: string
  readonly kernel?: string
  readonly args?: string
  readonly module: readonly string[]
  readonly loaders: readonly string[]
  readonly json?: boolean
}

/** The service runs in another folder: paths are made absolute here. */
export function chainChoice(options: ChainOptions): ChainChoice {
  return {
    id: options.chain,
    ...(options.kernel === undefined ? {} : { kernel: resolve(options.kernel) }),
    ...(options.args === undefined ? {} : { arguments: options.args }),
    modules: options.module.map((module) => {
      const [, path = module, text = ''] = /^(\S+)\s+(.*)$/s.exec(module) ?? []
      return { path: resolve(path), arguments: text }
    }),
    loaderFolders: options.loaders.map((folder) => resolve(folder)),
  }
}
