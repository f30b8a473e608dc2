import { dirname } from 'node:path'
import { PlanError } from '../../chains/chain.ts'
import { planDirect } from '../../chains/netboot-direct.ts'
import { planPxelinux, PXELINUX_FILES, type PxelinuxParts } from '../../chains/pxelinux.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { findSyslinux } from '../../library/syslinux.ts'
import { NETBOOT_PROGRAM, SAMPLE_KERNEL } from '../resources.ts'
import type { ChainPlanner } from './planner.ts'

/** The profile that does without Syslinux. */
const DIRECT = 'direct'
const WITHOUT_SYSLINUX = {
  text: "Syslinux is not on this computer, so Bootwire's NetBoot loads the kernel in place of PXELINUX and mboot.c32.",
}
/** What the sample kernel writes last, once everything it was given has been checked. */
const SAMPLE_KERNEL_DONE = 'Reached the kernel'

export const planPxelinuxChoice: ChainPlanner = async (choice, { address, watchesConsole }) => {
  const imports = await Promise.all(choice.imports.map((path) => describeImport(path)))
  const imported = sortImports(imports, choice.kernel)
  const loaderFolders = [...choice.loaderFolders, ...imported.loaderFolders]
  const [parts, chosenKernel, chosenModules] = await Promise.all([
    choice.profile === DIRECT ? undefined : findLoader(loaderFolders, choice.profile !== undefined),
    choice.kernel === undefined ? imported.kernel : describeImport(choice.kernel),
    Promise.all(
      choice.modules.map(async ({ path, arguments: args }) => ({ file: await describeImport(path), args })),
    ),
  ])
  const kernel = chosenKernel ?? (await describeImport(SAMPLE_KERNEL))
  const modules = [...chosenModules, ...imported.modules.map((file) => ({ file, args: '' }))]
  const contentOf = ({ path, size, sha256 }: Import) => ({ kind: 'file', path, size, sha256 }) as const
  const choices = {
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
  }
  if (parts !== undefined) return planPxelinux({ parts, ...choices })
  const content = contentOf(await describeImport(NETBOOT_PROGRAM))
  const plan = planDirect({ program: { content, origin: 'made by Bootwire' }, server: address, ...choices })
  return choice.profile === DIRECT ? plan : { ...plan, hints: [WITHOUT_SYSLINUX, ...(plan.hints ?? [])] }
}

/** Undefined when there is no file of Syslinux at all, and none was asked for: the kernel is booted without then. */
async function findLoader(
  folders: readonly string[],
  isAskedFor: boolean,
): Promise<PxelinuxParts | undefined> {
  try {
    return await findSyslinux(folders)
  } catch (error) {
    const hasNone = error instanceof PlanError && error.missing.length === PXELINUX_FILES.length
    if (hasNone && folders.length === 0 && !isAskedFor) return undefined
    throw error
  }
}

/**
 * The first MultiBoot kernel is the kernel, where none was chosen; what is neither that nor a part of Syslinux goes with
 * it as a module.
 */
function sortImports(imports: readonly Import[], chosenKernel: string | undefined) {
  const loaders = imports.filter(({ recognition }) => recognition.kind === 'syslinux-part')
  const kernel = imports.find(({ path, recognition }) =>
    chosenKernel === undefined ? recognition.kind === 'multiboot-kernel' : path === chosenKernel,
  )
  return {
    kernel,
    loaderFolders: loaders.map(({ path }) => dirname(path)),
    modules: imports.filter((one) => one !== kernel && !loaders.includes(one)),
  }
}
