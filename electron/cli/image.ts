import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import colors from 'picocolors'
import { formatBytes } from '../clients/units.ts'
import type { VolumeOptions } from '../formats/hfsplus/layout.ts'
import type { VolumeItem } from '../formats/hfsplus/volume-items.ts'
import type { PartitionScheme } from '../formats/partitions/disk-plan.ts'
import { buildImage } from '../library/images/build.ts'
import { extractVolume } from '../library/images/extract.ts'
import { folderEntries } from '../library/images/folder.ts'
import { openImage } from '../library/images/open.ts'
import { print } from './print.ts'
import { progressLine } from './progress-line.ts'

interface BuildOptions {
  readonly output: string
  readonly name?: string
  readonly scheme: PartitionScheme
  readonly boot0?: string
  readonly boot1h?: string
  readonly size?: number
  readonly caseSensitive?: boolean
  readonly keepOwners?: boolean
  readonly volumeId: boolean
  readonly bless?: string
  readonly json?: boolean
}

/** `bootwire image`: disk images with an HFS+ volume, made and read on any operating system, without root. */
export function imageCommand(): Command {
  const command = new Command('image').description('make or read a disk image with an HFS+ volume on it')
  command
    .command('build')
    .description('make one out of a folder')
    .argument('<folder>', 'what is on the volume')
    .requiredOption('--output <file>', 'the image to write')
    .option('--name <text>', "the volume's name; the folder's when absent")
    .addOption(
      new Option('--scheme <kind>', 'what is around the volume')
        .choices(['mbr', 'gpt', 'none'] satisfies PartitionScheme[])
        .default('mbr'),
    )
    .option('--boot0 <file>', "Chameleon's boot0, for the disk's first sector")
    .option('--boot1h <file>', "Chameleon's boot1h, for the volume's first sectors")
    .option('--size <MB>', "the volume's least size in megabytes; as small as can be when absent", megabytes)
    .option('--case-sensitive', 'tell upper from lower case in names, which is HFSX')
    .option('--keep-owners', "keep users' and groups' numbers; everything is root's when absent")
    .option('--no-volume-id', 'a volume ID of zero, so that Chameleon passes on no boot-uuid')
    .option('--bless <path>', 'the folder on the volume that firmware boots from')
    .option('--json', 'progress and result, one a line, as JSON')
    .action(build)
  command
    .command('list')
    .description('tell what is on one; Apple disk images and hybrid ISOs are read as well')
    .argument('<image>')
    .option('--json', 'the volume and then one item a line, as JSON')
    .action(list)
  command
    .command('extract')
    .description('write what is on one into a new or empty folder')
    .argument('<image>')
    .argument('<folder>')
    .option('--path <path>', 'only this file or folder of the volume')
    .option('--json', 'progress and result, one a line, as JSON')
    .action(extract)
  return command
}

async function build(folder: string, options: BuildOptions): Promise<void> {
  const { output, scheme, json = false } = options
  const warnings: string[] = []
  const entries = folderEntries(folder, {
    leaveOut: [resolve(output)],
    keepOwners: options.keepOwners ?? false,
    onSkipped: (path) => warnings.push(`${path} is no file, folder or link, and was left out.`),
  })
  const [bootCode, bootBlocks] = await Promise.all([options.boot0, options.boot1h].map(readOptional))
  const volume: VolumeOptions = {
    name: options.name ?? basename(resolve(folder)),
    caseSensitive: options.caseSensitive ?? false,
    ...(options.size === undefined ? {} : { size: options.size }),
    ...(options.volumeId ? {} : { identifier: 0n }),
    ...(options.bless === undefined ? {} : { blessedFolder: options.bless }),
    ...(bootBlocks === undefined ? {} : { bootBlocks }),
  }
  const disk = { scheme, ...(bootCode === undefined ? {} : { bootCode }) }
  const progress = progressLine(json)
  const built = await buildImage({ output, entries, volume, disk }, { onProgress: progress.show }).finally(
    progress.close,
  )
  if (json) {
    print(JSON.stringify({ type: 'built', output: resolve(output), ...built, warnings }))
    return
  }
  const { size, files, folders } = built
  print(`${output}: ${formatBytes(size)}, ${count(files, 'file')} in ${count(folders, 'folder')}`)
  for (const warning of warnings) print(colors.yellow(`! ${warning}`))
}

async function readOptional(path: string | undefined): Promise<Buffer | undefined> {
  return path === undefined ? undefined : readFile(path)
}

async function list(path: string, { json }: { readonly json?: boolean }): Promise<void> {
  const image = await openImage(path)
  try {
    const { volume, scheme, volumes } = image
    const { items, name, caseSensitive } = volume
    const size = volume.header.blockSize * volume.header.totalBlocks
    if (json) {
      const free = volume.header.blockSize * volume.header.freeBlocks
      print(JSON.stringify({ type: 'volume', name, scheme, volumes, caseSensitive, size, free }))
    } else {
      const kind = volume.header.extended ? 'HFSX' : 'HFS+'
      const others = volumes > 1 ? `, the first of ${volumes} volumes` : ''
      print(`${colors.bold(name)}  ${colors.dim(`${kind}, ${formatBytes(size)}${others}`)}`)
    }
    for (const item of items) {
      const target = item.kind === 'symlink' ? await volume.symlinkTarget(item) : undefined
      print(json ? jsonLine(item, target) : textLine(item, target))
    }
  } finally {
    await image.close()
  }
}

function jsonLine(item: VolumeItem, target?: string): string {
  const { kind, path, size, resourceSize, mode, owner, group, modified, compressed } = item
  return JSON.stringify({
    type: kind,
    path,
    size,
    resourceSize,
    mode,
    owner,
    group,
    modified,
    compressed,
    ...(target === undefined ? {} : { target }),
  })
}

const KIND_SIGNS: Readonly<Record<VolumeItem['kind'], string>> = {
  folder: 'd',
  file: '-',
  symlink: 'l',
  special: '?',
}

function textLine(item: VolumeItem, target?: string): string {
  const { kind, path, size, mode, modified } = item
  const permissions = [6, 3, 0]
    .map((shift) => ['r', 'w', 'x'].map((sign, bit) => ((mode >> shift) & (4 >> bit) ? sign : '-')).join(''))
    .join('')
  const date = new Date(modified * 1000).toISOString().slice(0, 16).replace('T', ' ')
  const facts = `${KIND_SIGNS[kind]}${permissions} ${String(size).padStart(12)} ${date}`
  return `${colors.dim(facts)} ${printable(path)}${target === undefined ? '' : ` -> ${printable(target)}`}`
}

/** A name on a volume may not give orders to the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd')
}

async function extract(
  path: string,
  folder: string,
  { path: only, json = false }: { readonly path?: string; readonly json?: boolean },
): Promise<void> {
  const warnings: string[] = []
  const progress = progressLine(json)
  const image = await openImage(path)
  try {
    const done = await extractVolume(image.volume, folder, {
      ...(only === undefined ? {} : { path: only }),
      onProgress: progress.show,
      onSkipped: (path, why) => warnings.push(`${printable(path)}: ${why}.`),
    }).finally(progress.close)
    if (json) {
      print(JSON.stringify({ type: 'extracted', folder: resolve(folder), ...done, warnings }))
      return
    }
    const { files, folders, size } = done
    print(`${folder}: ${formatBytes(size)}, ${count(files, 'file')} in ${count(folders, 'folder')}`)
    for (const warning of warnings) print(colors.yellow(`! ${warning}`))
  } finally {
    await image.close()
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** In bytes. */
function megabytes(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It takes a whole number from 1 on.')
  return value * 1_000_000
}
