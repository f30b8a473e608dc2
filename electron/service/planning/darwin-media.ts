/** What a user gave for a Darwin chain, by what it is, and the boot volume that is made of it. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { BootStage } from '../../formats/darwin/boot132.ts'
import type { DarwinVersion } from '../../formats/darwin/kernel-version.ts'
import { kextInfo, kextProblems } from '../../formats/darwin/kext.ts'
import { readMkexts } from '../../formats/mkext/mkext.ts'
import type { VolumeOptions } from '../../formats/hfsplus/layout.ts'
import type { DiskOptions } from '../../formats/partitions/disk-plan.ts'
import { keepArtefact, type Artefact } from '../../library/artefact.ts'
import { buildImage } from '../../library/images/build.ts'
import { bootVolumeEntries, type BootVolumeParts, type VolumeFile } from '../../library/images/boot-volume.ts'
import { describeImport, type Import } from '../../library/import.ts'
import { findKexts } from '../../library/kexts.ts'
import { buildMkext, mkextVersionFor } from '../../library/mkext-build.ts'
import type { PlanningContext } from './planner.ts'

export interface DarwinMedia {
  /** The second stage of the boot-132 family. */
  readonly boot?: Import
  readonly stages: Partial<Readonly<Record<BootStage, Import>>>
  readonly kernel?: Import
  readonly mkext?: Import
  /** Bundles, folders of them, and Apple disk images with such a folder. */
  readonly kexts: readonly string[]
  /** A com.apple.Boot.plist of the user's own. */
  readonly options?: Import
  /** A whole disk to boot from. */
  readonly image?: Import
  readonly others: readonly Import[]
}

/** Of several files of one kind the first counts. Rejects with an `ImportError`. */
export async function sortDarwinImports(paths: readonly string[]): Promise<DarwinMedia> {
  const kexts: string[] = []
  const files: Import[] = []
  for (const path of paths)
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) kexts.push(path)
    else files.push(await describeImport(path))
  // No BIOS reads a packed disk: it is where a system is taken from, and not booted itself.
  const sources = files.filter(isAppleImage)
  kexts.push(...sources.map(({ path }) => path))

  const first = (fits: (file: Import) => boolean) => files.find(fits)
  const stages: Partial<Record<BootStage, Import>> = {}
  for (const file of files)
    if (file.recognition.kind === 'boot-stage') stages[file.recognition.stage] ??= file
  const found = {
    boot: first(
      ({ recognition }) => recognition.kind === 'multiboot-kernel' && recognition.boot132 !== undefined,
    ),
    kernel: first(({ recognition }) => recognition.kind === 'darwin-kernel'),
    mkext: first(({ recognition }) => recognition.kind === 'mkext'),
    options: first(({ recognition }) => recognition.kind === 'plist' && recognition.role === 'boot-options'),
    image: first((file) => file.recognition.kind === 'disk-image' && !isAppleImage(file)),
  }
  const taken = new Set<Import | undefined>([...sources, ...Object.values(found), ...Object.values(stages)])
  const known = Object.entries(found).filter(([, file]) => file !== undefined)
  return { ...Object.fromEntries(known), stages, kexts, others: files.filter((file) => !taken.has(file)) }
}

function isAppleImage({ recognition }: Import): boolean {
  return recognition.kind === 'disk-image' && recognition.format === 'udif'
}

/** The kernel's version, where the kernel tells it. */
export function darwinVersionOf({ kernel }: DarwinMedia): DarwinVersion | undefined {
  return kernel?.recognition.kind === 'darwin-kernel' ? kernel.recognition.version : undefined
}

export interface FoundMkext {
  readonly file?: VolumeFile
  /** What is wrong with it, each as a sentence. */
  readonly problems: readonly string[]
}

/** The user's mkext, or one of the user's kexts for the kernel's processors; none when there are no kexts. */
export async function mkextOf(media: DarwinMedia): Promise<FoundMkext> {
  if (media.mkext !== undefined) return { file: fileOf(media.mkext), problems: await mkextProblems(media) }
  if (media.kexts.length === 0) return { problems: [] }
  const kernel = darwinVersionOf(media)
  const { bundles, skipped, close } = await findKexts(media.kexts)
  const built = await buildMkext(bundles, {
    version: kernel === undefined ? 2 : mkextVersionFor(kernel),
    architectures: architecturesOf(media),
    compress: true,
    ...(kernel === undefined ? {} : { kernel }),
  }).finally(close)
  return {
    file: bytesFile(built.bytes),
    problems: [...skipped, ...built.skipped, ...built.problems].map(({ text }) => text),
  }
}

/** What is wrong with the user's own mkext, for the kernel that is to read it. */
async function mkextProblems(media: DarwinMedia): Promise<string[]> {
  const kernel = darwinVersionOf(media)
  const parts = readMkexts(await readFile(media.mkext!.path))
  const lacking = architecturesOf(media).filter(
    (one) => !parts.some(({ architecture }) => architecture === one),
  )
  const isUnread = parts.some(({ version }) => kernel !== undefined && version > mkextVersionFor(kernel))
  return [
    ...lacking.map((one) => `${media.mkext!.name} has nothing for ${one}, which the kernel may run on.`),
    ...(isUnread
      ? [`${media.mkext!.name} is of version 2, which this kernel does not know: make one of version 1.`]
      : []),
    // Two architectures lack the same library as a rule: it is told once.
    ...new Set(
      parts.flatMap(({ architecture, entries }) => {
        const infos = entries.flatMap(({ info }) => kextInfo(info, architecture) ?? [])
        return kextProblems(infos, kernel).map(({ text }) => text)
      }),
    ),
  ]
}

function architecturesOf({ kernel }: DarwinMedia) {
  const told = kernel?.recognition.kind === 'darwin-kernel' ? kernel.recognition.architectures : []
  const known = (['i386', 'x86_64'] as const).filter((one) => told.includes(one))
  return known.length === 0 ? (['i386', 'x86_64'] as const) : known
}

export function fileOf({ path, size, sha256 }: Import): VolumeFile {
  return { content: { kind: 'path', path, size }, size, sha256 }
}

export function bytesFile(bytes: Uint8Array): VolumeFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { content: { kind: 'bytes', bytes }, size: bytes.length, sha256 }
}

export interface BootImage {
  readonly parts: BootVolumeParts
  /** More files, by their paths on the volume. */
  readonly extra?: Readonly<Record<string, VolumeFile>>
  readonly volume: Pick<VolumeOptions, 'name' | 'size' | 'bootBlocks'>
  readonly disk: DiskOptions
}

/** Chameleon reads ahead of files, and stops with "EBIOS read error" where the disk ends. */
const READ_AHEAD = 2 * 1024 * 1024

/** The disk image with the boot volume, made again only when something on it changed. */
export async function bootImage(
  name: string,
  { parts, extra = {}, volume, disk }: BootImage,
  { artefacts, emit }: Pick<PlanningContext, 'artefacts' | 'emit'>,
): Promise<Artefact> {
  const more = Object.entries(extra)
  const inputs = {
    form: 2,
    ...parts,
    kernel: parts.kernel.sha256,
    mkext: parts.mkext?.sha256,
    extra: more.map(([path, { sha256 }]) => [path, sha256]),
    volume,
    disk,
  }
  const entries = [
    ...bootVolumeEntries(parts),
    ...more.map(([path, { size, content }]) => ({ kind: 'file', path, size, content }) as const),
  ]
  const content = entries.reduce((total, entry) => total + (entry.kind === 'file' ? entry.size : 0), 0)
  const size = Math.max(volume.size ?? 0, content + READ_AHEAD)
  return keepArtefact({ folder: artefacts, name, extension: '.img', inputs }, (output) =>
    buildImage(
      // With the volume's identifier zero, boot loaders pass on no boot-uuid, which would win over rd=.
      { output, entries, volume: { ...volume, size, identifier: 0n }, disk },
      { onProgress: (bytes, size) => emit({ type: 'artefact-progress', name: `${name}.img`, bytes, size }) },
    ),
  )
}
