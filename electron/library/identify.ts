import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { kextProblems, type KextInfo, type KextProblem } from '../formats/darwin/kext.ts'
import { describeImport, type Import } from './import.ts'
import { findKexts, isKextFolder, type SkippedKext } from './kexts.ts'

/** A folder that a user gave: one kernel extension, or many. */
export interface ImportedFolder {
  /** Absolute. */
  readonly path: string
  readonly name: string
  readonly kind: 'kext' | 'kext-folder' | 'folder'
  readonly description: string
  readonly kexts: readonly KextInfo[]
  readonly problems: readonly KextProblem[]
  readonly skipped: readonly SkippedKext[]
}

/**
 * Tells what a file or folder is.
 * @throws {ImportError} when it cannot be read
 */
export async function identify(path: string): Promise<Import | ImportedFolder> {
  const status = await stat(path).catch(() => undefined)
  return status?.isDirectory() ? identifyFolder(resolve(path)) : describeImport(path)
}

/** @throws {ImportError} when it, or a folder in it, cannot be read */
export async function identifyFolder(path: string): Promise<ImportedFolder> {
  const { bundles, skipped, close } = await findKexts([path])
  await close()
  const kexts = bundles.map(({ info }) => info)
  const kind = kexts.length === 0 ? 'folder' : isKextFolder(path) ? 'kext' : 'kext-folder'
  return {
    path,
    name: basename(path),
    kind,
    description: describeKexts(kind, kexts),
    kexts,
    problems: kextProblems(kexts),
    skipped,
  }
}

function describeKexts(kind: ImportedFolder['kind'], kexts: readonly KextInfo[]): string {
  const [first] = kexts
  if (first === undefined) return 'A folder without kernel extensions.'
  if (kind === 'kext-folder')
    return `A folder of ${kexts.length} kernel ${kexts.length === 1 ? 'extension' : 'extensions'}.`
  const others = kexts.length - 1
  const plugIns = others === 0 ? '' : `, with ${others} ${others === 1 ? 'plug-in' : 'plug-ins'}`
  return `The kernel extension ${first.identifier} ${first.version}${plugIns}.`
}
