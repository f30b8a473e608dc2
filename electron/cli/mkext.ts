import { readFile, writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import colors from 'picocolors'
import { formatBytes } from '../clients/units.ts'
import { parseDarwinVersion, type DarwinVersion } from '../formats/darwin/kernel-version.ts'
import { kextInfo, kextProblems } from '../formats/darwin/kext.ts'
import { isPcArchitecture, PC_ARCHITECTURES, type PcArchitecture } from '../formats/macho-architectures.ts'
import { readMkexts, type MkextVersion } from '../formats/mkext/mkext.ts'
import { describeImport } from '../library/import.ts'
import { findKexts } from '../library/kexts.ts'
import { buildMkext, mkextVersionFor } from '../library/mkext-build.ts'
import { print } from './print.ts'

interface BuildOptions {
  readonly output: string
  readonly arch: readonly PcArchitecture[]
  readonly kernel?: string
  readonly darwin?: DarwinVersion
  readonly format?: '1' | '2'
  readonly stored?: boolean
  readonly json?: boolean
}

/** `bootwire mkext`: archives of kernel extensions, made and listed on any operating system. */
export function mkextCommand(): Command {
  const command = new Command('mkext').description('make or list an archive of Darwin kernel extensions')
  command
    .command('build')
    .description('make one out of .kext bundles, and folders and disk images with them')
    .argument('<folder...>', 'bundles, or folders or disk images (.dmg) that bundles are in')
    .requiredOption('--output <file>', 'the archive to write')
    .option('--kernel <file>', 'the Darwin kernel that will load it: its version and architecture are taken')
    .option('--darwin <version>', 'the version of Darwin that will load it, such as 10.8.0', darwinVersion)
    .option('--arch <name>', 'i386 or x86_64; twice for one universal file', architecture, [])
    .addOption(
      new Option('--format <version>', '1 for Darwin 8 and 9, 2 for later ones; by the kernel').choices([
        '1',
        '2',
      ]),
    )
    .option('--stored', 'pack nothing')
    .option('--json', 'what was made, as one line of JSON')
    .action(build)
  command
    .command('list')
    .description('tell what is in one, and what its extensions lack')
    .argument('<file>')
    .option('--json', 'as one line of JSON')
    .action(list)
  return command
}

async function build(folders: readonly string[], options: BuildOptions): Promise<void> {
  const kernel = options.kernel === undefined ? undefined : await readKernel(options.kernel)
  const darwin = options.darwin ?? kernel?.version
  const version: MkextVersion =
    options.format === undefined
      ? darwin === undefined
        ? 2
        : mkextVersionFor(darwin)
      : options.format === '1'
        ? 1
        : 2
  const architectures =
    options.arch.length > 0
      ? options.arch
      : (kernel?.architectures ?? (['x86_64'] satisfies PcArchitecture[]))
  const found = await findKexts(folders)
  if (found.bundles.length === 0)
    throw new Error(
      `There is no kernel extension in ${folders.join(', ')}. Extensions are folders that end in .kext.`,
    )
  const built = await buildMkext(found.bundles, {
    version,
    architectures,
    compress: options.stored !== true,
    ...(darwin === undefined ? {} : { kernel: darwin }),
  }).finally(found.close)
  await writeFile(options.output, built.bytes)
  const skipped = [...found.skipped, ...built.skipped]
  if (options.json) {
    const { parts, problems } = built
    print(
      JSON.stringify({ output: options.output, size: built.bytes.length, version, parts, problems, skipped }),
    )
    return
  }
  for (const { architecture: name, kexts } of built.parts)
    print(
      `${options.output}: version ${version}, ${name}, ${count(kexts.length)}, ${formatBytes(built.bytes.length)}`,
    )
  for (const { text } of [...skipped, ...built.problems]) print(colors.yellow(`! ${text}`))
}

async function list(file: string, { json }: { readonly json?: boolean }): Promise<void> {
  const parts = readMkexts(await readFile(file)).map(({ version, architecture: name, entries }) => {
    const infos = entries.map(({ info }) => kextInfo(info, name))
    const kexts = entries.flatMap(({ executable }, index) => {
      const info = infos[index]
      return info === undefined ? [] : [{ ...info, size: executable?.length ?? 0 }]
    })
    return { version, architecture: name, kexts, problems: kextProblems(kexts) }
  })
  if (json) {
    print(JSON.stringify({ file, parts }))
    return
  }
  for (const { version, architecture: name, kexts, problems } of parts) {
    print(`${colors.bold(file)}: version ${version}, ${name}, ${count(kexts.length)}`)
    for (const { identifier, version: kextVersion, size } of kexts)
      print(
        `  ${identifier} ${kextVersion}${colors.dim(size === 0 ? '  no code' : `  ${formatBytes(size)}`)}`,
      )
    for (const { text } of problems) print(colors.yellow(`  ! ${text}`))
  }
}

async function readKernel(path: string) {
  const { recognition } = await describeImport(path)
  if (recognition.kind !== 'darwin-kernel')
    throw new Error(`${path} is no Darwin kernel. ${recognition.description}`)
  const architectures = recognition.architectures.filter(isPcArchitecture)
  if (architectures.length === 0)
    throw new Error(`${path} is a kernel for ${recognition.architectures.join(', ')}, which is no PC.`)
  return { version: recognition.version, architectures }
}

function darwinVersion(text: string): DarwinVersion {
  const version = parseDarwinVersion(text)
  if (version === undefined) throw new InvalidArgumentError('It takes a version such as 10.8.0.')
  return version
}

function architecture(text: string, earlier: readonly PcArchitecture[]): readonly PcArchitecture[] {
  if (!isPcArchitecture(text))
    throw new InvalidArgumentError(`It takes ${Object.keys(PC_ARCHITECTURES).join(' or ')}.`)
  return [...new Set([...earlier, text])]
}

function count(kexts: number): string {
  return `${kexts} ${kexts === 1 ? 'extension' : 'extensions'}`
}
