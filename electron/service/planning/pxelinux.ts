import { dirname } from 'node:path'
import { planPxelinux } from '../../chains/pxelinux.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { findSyslinux } from '../../library/syslinux.ts'
import { SAMPLE_KERNEL } from '../resources.ts'
import type { ChainPlanner } from './planner.ts'

/** What the sample kernel writes last, once everything it was given has been checked. */
const SAMPLE_KERNEL_DONE = 'Reached the kernel'

export const planPxelinuxChoice: ChainPlanner = async (choice, { watchesConsole }) => {
  const imports = await Promise.all(choice.imports.map((path) => describeImport(path)))
  const imported = sortImports(imports)
  const [parts, chosenKernel, chosenModules] = await Promise.all([
    findSyslinux([...choice.loaderFolders, ...imported.loaderFolders]),
    choice.kernel === undefined ? imported.kernel : describeImport(choice.kernel),
    Promise.all(
      choice.modules.map(async ({ path, arguments: args }) => ({ file: await describeImport(path), args })),
    ),
  ])
  const kernel = chosenKernel ?? (await describeImport(SAMPLE_KERNEL))
  const modules = [...chosenModules, ...imported.modules.map((file) => ({ file, args: '' }))]
  const contentOf = ({ path, size, sha256 }: Import) => ({ kind: 'file', path, size, sha256 }) as const
  return planPxelinux({
    parts,
    kernel: {
      content: contentOf(kernel),
      origin: chosenKernel === undefined ? 'made by Bootwire' : 'your import',
      name: kernel.name,
      args: choice.arguments ?? '',
      recognition: kernel.recognition,
    },
    modules: modules.map(({ file, args }) => ({
      content: contentOf(file),
      origin: 'your import',
      name: file.name,
      args,
    })),
    ...(watchesConsole ? { console: { text: chosenKernel === undefined ? SAMPLE_KERNEL_DONE : '' } } : {}),
  })
}

/** The first MultiBoot kernel is the kernel; what is neither that nor a part of Syslinux goes with it as a module. */
function sortImports(imports: readonly Import[]) {
  const loaders = imports.filter(({ recognition }) => recognition.kind === 'syslinux-part')
  const kernel = imports.find(({ recognition }) => recognition.kind === 'multiboot-kernel')
  return {
    kernel,
    loaderFolders: loaders.map(({ path }) => dirname(path)),
    modules: imports.filter((one) => one !== kernel && !loaders.includes(one)),
  }
}
