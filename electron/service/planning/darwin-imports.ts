import { dirname } from 'node:path'
import { identify } from '../../library/identify.ts'
import { describeImport, type Import } from '../../library/import.ts'
import type { ChainChoice } from '../commands.ts'
import { ServiceFailure } from '../failure.ts'

/** What a user gave for a boot of Darwin, sorted by what it is. */
export interface DarwinImports {
  readonly boot?: Import
  readonly boot0?: Import
  readonly boot1h?: Import
  readonly kernel?: Import
  readonly mkext?: Import
  /** Boot options to start from. */
  readonly options?: Import
  /** A whole disk, which is used as it is. */
  readonly image?: Import
  /** Bundles, and folders of them. */
  readonly kextFolders: readonly string[]
  readonly loaderFolders: readonly string[]
}

/** @throws {ServiceFailure} for a file that has no place in a boot of Darwin, or a folder without extensions */
export async function sortDarwinImports(choice: ChainChoice): Promise<DarwinImports> {
  const found = await Promise.all(choice.imports.map((path) => identify(path)))
  const files = found.filter((one): one is Import => 'recognition' in one)
  const folders = found.filter((one) => 'kexts' in one)
  const empty = folders.find(({ kind }) => kind === 'folder')
  if (empty !== undefined)
    throw new ServiceFailure('bad-choice', `There is no kernel extension in ${empty.path}.`, [
      'Give a folder with .kext bundles in it, such as Extensions.',
      'A root volume for the kernel to mount is chosen as such: --folder on the command line.',
    ])
  const taken = new Set<Import>()
  const first = (test: (file: Import) => boolean) => {
    const file = files.find((one) => test(one))
    if (file !== undefined) taken.add(file)
    return file
  }
  const ofKind = (kind: Import['recognition']['kind']) =>
    first(({ recognition }) => recognition.kind === kind)
  const stage = (wanted: string) =>
    first(({ recognition }) => recognition.kind === 'boot-stage' && recognition.stage === wanted)
  const loaders = files.filter(({ recognition }) => recognition.kind === 'syslinux-part')
  const sorted = {
    boot: first(
      ({ recognition }) => recognition.kind === 'multiboot-kernel' && recognition.boot132 !== undefined,
    ),
    boot0: stage('boot0'),
    boot1h: stage('boot1h'),
    kernel: choice.kernel === undefined ? ofKind('darwin-kernel') : await describeImport(choice.kernel),
    mkext: ofKind('mkext'),
    options: first(({ recognition }) => recognition.kind === 'plist' && recognition.role === 'boot-options'),
    image: ofKind('disk-image'),
  }
  const stray = files.find((one) => !taken.has(one) && !loaders.includes(one))
  if (stray !== undefined)
    throw new ServiceFailure(
      'bad-choice',
      `${stray.name} has no place in a boot of Darwin. ${stray.recognition.description}`,
      [
        'Leave it out. What is taken: boot, boot0, boot1h, a kernel, an mkext or folders of kexts, boot options, a disk image.',
      ],
    )
  return {
    ...Object.fromEntries(Object.entries(sorted).filter(([, file]) => file !== undefined)),
    kextFolders: folders.map(({ path }) => path),
    loaderFolders: loaders.map(({ path }) => dirname(path)),
  }
}
