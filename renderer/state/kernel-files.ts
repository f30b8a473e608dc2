/** Which of the used files is the kernel, and which are its modules, in their order and with their arguments. */
import type { LibraryEntry } from '../../electron/api/desktop.ts'
import type { ChainChoice, ChoiceChange } from './setup.ts'

export interface KernelFiles {
  /** Undefined: the one that Bootwire brings along. */
  readonly kernel: string | undefined
  readonly modules: ChainChoice['modules']
  /** Used in another way, such as a part of the boot loader. */
  readonly rest: readonly string[]
}

/** Every path that a choice names, once. */
export function usedPaths({ imports, kernel, modules }: ChainChoice): readonly string[] {
  return [
    ...new Set([...imports, ...(kernel === undefined ? [] : [kernel]), ...modules.map(({ path }) => path)]),
  ]
}

/** A file is used as what it is until it is told otherwise. */
export function withPath(choice: ChainChoice, path: string): ChoiceChange {
  return usedPaths(choice).includes(path) ? {} : { imports: [...choice.imports, path] }
}

export function withoutPath({ imports, kernel, modules }: ChainChoice, path: string): ChoiceChange {
  return {
    imports: imports.filter((one) => one !== path),
    modules: modules.filter((one) => one.path !== path),
    ...(kernel === path ? { kernel: undefined } : {}),
  }
}

/**
 * As the service takes them: the kernel is the one that was chosen, else the first MultiBoot kernel of the imports; what
 * is neither that nor a part of a loader goes with it, after the modules that were chosen.
 */
export function kernelFilesOf(choice: ChainChoice, entries: readonly LibraryEntry[]): KernelFiles {
  const kindOf = (path: string) => entries.find((entry) => entry.path === path)?.kind
  const kernel = choice.kernel ?? choice.imports.find((path) => kindOf(path) === 'multiboot-kernel')
  const left = choice.imports.filter((path) => path !== kernel)
  const isElse = (path: string) => ['syslinux-part', 'folder'].includes(kindOf(path) ?? 'folder')
  return {
    kernel,
    modules: [
      ...choice.modules,
      ...left.filter((path) => !isElse(path)).map((path) => ({ path, arguments: '' })),
    ],
    rest: left.filter(isElse),
  }
}

/** The choice that says aloud what was so far taken from the kinds of the files. */
export function settled({ kernel, modules, rest }: KernelFiles): ChoiceChange {
  return { kernel, modules: [...modules], imports: [...rest] }
}

/** A module one place on, or back with -1; the same where there is no such place. */
export function moved(files: KernelFiles, index: number, by: 1 | -1): KernelFiles {
  const module = files.modules[index]
  const other = files.modules[index + by]
  if (module === undefined || other === undefined) return files
  const modules = files.modules.with(index, other).with(index + by, module)
  return { ...files, modules }
}

export function withArguments(files: KernelFiles, index: number, text: string): KernelFiles {
  const module = files.modules[index]
  return module === undefined
    ? files
    : { ...files, modules: files.modules.with(index, { ...module, arguments: text }) }
}

/** Module and kernel change places, each with its arguments. */
export function withKernel(
  files: KernelFiles,
  index: number,
  kernelArguments: string,
): { readonly files: KernelFiles; readonly arguments: string } {
  const module = files.modules[index]
  if (module === undefined) return { files, arguments: kernelArguments }
  const { kernel } = files
  const modules =
    kernel === undefined
      ? files.modules.toSpliced(index, 1)
      : files.modules.with(index, { path: kernel, arguments: kernelArguments })
  return { files: { ...files, kernel: module.path, modules }, arguments: module.arguments }
}
