import { dirname } from 'node:path'
import { planNetboot, planNetbootByPxelinux, planOriginalNetboot } from '../../chains/netboot.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { findSyslinux } from '../../library/syslinux.ts'
import type { ChainChoice } from '../commands.ts'
import { ServiceFailure } from '../failure.ts'
import { NETBOOT_IMAGE, NETBOOT_PROGRAM } from '../resources.ts'
import { offerKernels } from './kernels.ts'
import type { ChainPlanner } from './planner.ts'

/** Serial console, and that at 115200 baud: words of the original. */
const SERIAL_CONSOLE = '-h -f'

export const planNetbootChoice: ChainPlanner = async (choice, context) => {
  const imports = await Promise.all(choice.imports.map((path) => describeImport(path)))
  const loaders = imports.filter(({ recognition }) => recognition.kind === 'syslinux-part')
  const files = imports.filter((one) => !loaders.includes(one))
  const findLoader = () =>
    findSyslinux([...choice.loaderFolders, ...loaders.map(({ path }) => dirname(path))])
  const args = context.watchesConsole ? SERIAL_CONSOLE : ''
  switch (choice.profile) {
    case 'pxelinux': {
      const offer = await offerKernels(choice, files, context)
      const image = { ...chosen(await describeImport(NETBOOT_IMAGE), 'made by Bootwire'), args }
      return planNetbootByPxelinux({ parts: await findLoader(), image }, offer, context)
    }
    case 'original': {
      const { original, rest, others } = await takeOriginal(choice, files)
      const offer = await offerKernels(rest, others, context)
      const image = { ...chosen(original, 'your import'), args }
      return planOriginalNetboot({ parts: await findLoader(), image }, offer, context)
    }
    default: {
      const { content } = chosen(await describeImport(NETBOOT_PROGRAM), '')
      const offer = await offerKernels(choice, files, context)
      return planNetboot({ content, origin: 'made by Bootwire' }, offer, context)
    }
  }
}

/** The user's NetBoot is the first MultiBoot image of the imports; the kernels are what is left. */
async function takeOriginal(choice: ChainChoice, files: readonly Import[]) {
  const original = files.find(({ recognition }) => recognition.kind === 'multiboot-kernel')
  if (original !== undefined)
    return { original, rest: choice, others: files.filter((one) => one !== original) }
  const { kernel, ...rest } = choice
  if (kernel !== undefined) return { original: await describeImport(kernel), rest, others: files }
  throw new ServiceFailure('files-missing', 'Your NetBoot of the OSKit is missing.', [
    'Give its MultiBoot image as a file; the OSKit builds it as boot/net/netboot.',
  ])
}

function chosen({ path, size, sha256, name, recognition }: Import, origin: string) {
  return { content: { kind: 'file', path, size, sha256 } as const, origin, name, recognition }
}
