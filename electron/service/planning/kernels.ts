/** The kernels that NetBoot is offered: of a folder, of the imports, or those that Bootwire builds itself. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import type { ServedFile } from '../../chains/chain.ts'
import { canBeTyped } from '../../chains/netboot-commands.ts'
import type { Offer, OfferedKernel } from '../../chains/netboot.ts'
import { servedNames } from '../../chains/pxelinux-names.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { readRecognition } from '../../library/recognition.ts'
import type { ChainChoice } from '../commands.ts'
import { ServiceFailure } from '../failure.ts'
import { SAMPLES } from '../resources.ts'
import type { PlanningContext } from './planner.ts'

/** What targets mount. */
const EXPORT_PATH = '/kernels'
/** Names looked at in a folder and below it, to find its kernels: a folder of sources has many more. */
const MOST_NAMES = 2000
const DEEPEST = 2
/** The sample kernel that is suggested, because it comes back, and what it writes first. */
const SAMPLE = { name: 'returning.elf', says: 'Returning sample kernel' }

/** `imports` without the loaders among them. */
export async function offerKernels(
  choice: ChainChoice,
  imports: readonly Import[],
  { address }: PlanningContext,
): Promise<Offer> {
  const common = { server: address, args: choice.arguments ?? '' }
  if (choice.folder !== undefined)
    return { ...common, ...(await offerFolder(choice.folder, choice, imports)) }
  const kernel = choice.kernel === undefined ? undefined : await describeImport(choice.kernel)
  const modules = await Promise.all(
    choice.modules.map(async ({ path, arguments: args }) => ({ file: await describeImport(path), args })),
  )
  const chosen = [...(kernel === undefined ? [] : [kernel]), ...imports]
  return chosen.length === 0
    ? { ...common, ...(await offerSamples(modules)) }
    : { ...common, ...offerFiles(chosen, modules) }
}

interface ModuleFile {
  readonly file: Import
  readonly args: string
}
type Offered = Omit<Offer, 'server' | 'args'>

async function offerSamples(modules: readonly ModuleFile[]): Promise<Offered> {
  const names = (await readdir(SAMPLES)).filter((name) => name.endsWith('.elf')).sort()
  const samples = await Promise.all(names.map((name) => describeImport(join(SAMPLES, name))))
  const first = samples.filter(({ name }) => name === SAMPLE.name)
  const rest = samples.filter((sample) => !first.includes(sample))
  return { ...offerFiles([...first, ...rest], modules, 'made by Bootwire'), known: { says: SAMPLE.says } }
}

/** Files that are in no folder together: kernels, and whatever else was chosen beside them. */
function offerFiles(
  files: readonly Import[],
  modules: readonly ModuleFile[],
  origin = 'your import',
): Offered {
  const all = [
    ...files.map((file) => ({ file, origin })),
    ...modules.map(({ file }) => ({ file, origin: 'your import' })),
  ]
  const names = servedNames(
    all.map(({ file }) => file.name),
    [],
  )
  const served: ServedFile[] = all.map(({ file: { path, size, sha256 }, origin: from }, index) => ({
    name: names[index]!,
    content: { kind: 'file', path, size, sha256 },
    origin: from,
  }))
  return {
    exported: { path: EXPORT_PATH, source: { kind: 'tree', files: served }, writable: false, keep: false },
    kernels: files.flatMap(({ recognition }, index) =>
      recognition.kind === 'multiboot-kernel' ? [{ name: names[index]!, recognition }] : [],
    ),
    modules: modules.map(({ args }, index) => ({ name: names[files.length + index]!, args })),
  }
}

async function offerFolder(
  folder: string,
  { kernel, modules }: ChainChoice,
  imports: readonly Import[],
): Promise<Offered> {
  const stray = imports[0]
  if (stray !== undefined)
    throw new ServiceFailure(
      'bad-choice',
      `NetBoot reads from the folder ${folder}, and ${stray.path} was chosen beside it.`,
      ['Put the file into the folder.', 'Leave the folder out: files alone are exported together.'],
    )
  const found = await kernelsOf(folder)
  const first = kernel === undefined ? undefined : nameInside(folder, kernel)
  return {
    exported: {
      path: EXPORT_PATH,
      source: { kind: 'folder', folder },
      writable: false,
      keep: false,
      watched: true,
    },
    kernels:
      first === undefined
        ? found
        : [
            { name: first, recognition: (await describeImport(join(folder, first))).recognition },
            ...found.filter(({ name }) => name !== first),
          ],
    modules: modules.map(({ path, arguments: args }) => ({ name: nameInside(folder, path), args })),
  }
}

/** By the name that targets know it by. */
function nameInside(folder: string, path: string): string {
  const name = relative(resolve(folder), resolve(path)).split(sep).join('/')
  if (!name.startsWith('../') && canBeTyped(name)) return name
  throw new ServiceFailure('bad-choice', `NetBoot cannot be asked for ${path}.`, [
    `It reads from ${folder}: put the file there, under a name without blanks.`,
  ])
}

/** The MultiBoot kernels of a folder and of those in it that can be typed, in the order of their names. */
async function kernelsOf(folder: string): Promise<OfferedKernel[]> {
  const found: OfferedKernel[] = []
  for (const name of await namesBelow(folder)) {
    const recognition = await readRecognition(join(folder, name))
    if (recognition?.kind === 'multiboot-kernel') found.push({ name, recognition })
  }
  return found
}

async function namesBelow(folder: string): Promise<string[]> {
  const names: string[] = []
  let level = ['']
  let looked = 0
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const next: string[] = []
    for (const inside of level) {
      const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch((): Dirent[] => [])
      for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
        const name = inside === '' ? entry.name : `${inside}/${entry.name}`
        if (++looked > MOST_NAMES) return names
        if (entry.name.startsWith('.') || !canBeTyped(name)) continue
        if (entry.isDirectory()) next.push(name)
        else if (entry.isFile()) names.push(name)
      }
    }
    level = next
  }
  return names
}
