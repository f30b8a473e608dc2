/** The folders that a session exports by NFS: checked at its start, and served until its end. */
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ChainExport } from '../chains/chain.ts'
import { ServedTree } from '../chains/tree.ts'
import type { Emit } from '../clients/events.ts'
import type { Link } from '../link/link.ts'
import { startNfsServer, type NfsServer } from '../servers/nfs/server.ts'
import type { ExportChoice } from './commands.ts'
import { RUN_AS_OWNER, ServiceFailure } from './failure.ts'
import { loadHandleSecret } from './handle-secret.ts'
import { handleSecretFile, overlayFolder } from './state-folder.ts'

/** A service that a session runs, by the name that people know. */
export interface ServiceRecord {
  readonly name: string
  readonly port: number
}

export interface Exporting {
  readonly services: readonly ServiceRecord[]
  close(): Promise<void>
}

/**
 * The exports of a chain, and those that the user chose beside it. Rejects with a `ServiceFailure` that names the
 * folder which cannot be exported, and why.
 */
export async function planExports(
  ofChain: readonly ChainExport[],
  choices: readonly ExportChoice[],
): Promise<ChainExport[]> {
  const isOnly = ofChain.length + choices.length === 1
  const chosen = choices.map(({ folder, path, writable, keep }) => ({
    path: path ?? (isOnly ? '/' : `/${basename(folder)}`),
    source: { kind: 'folder', folder } as const,
    writable,
    keep,
  }))
  const planned = [...ofChain, ...chosen]
  for (const { source } of planned) if (source.kind === 'folder') await requireFolder(source.folder)
  const twice = planned.find(({ path }, index) => planned.findIndex((one) => one.path === path) !== index)
  if (twice !== undefined)
    throw new ServiceFailure('bad-choice', `Two exports would both be mounted as ${twice.path}.`, [
      'Export folders of different names, or only one of them.',
    ])
  return planned
}

export async function startExporting(
  link: Link,
  exports: readonly ChainExport[],
  emit: Emit,
): Promise<Exporting> {
  const secret = await loadHandleSecret(handleSecretFile(), (text) =>
    emit({ type: 'notice', level: 'info', text }),
  )
  const passing = await mkdtemp(join(tmpdir(), 'bootwire-overlays-'))
  const forget = () => rm(passing, { recursive: true, force: true })
  try {
    const options = await Promise.all(
      exports.map(async ({ path, source, writable, keep }, index) => ({
        path,
        source:
          source.kind === 'folder'
            ? source
            : ({ kind: 'tree', tree: new ServedTree(source.files, () => false) } as const),
        ...(writable
          ? {
              overlay: {
                folder: keep
                  ? await keptFolder(source.kind === 'folder' ? source.folder : path)
                  : join(passing, String(index)),
                keep,
              },
            }
          : {}),
      })),
    )
    const server = await startNfsServer(link, emit, { exports: options, secret })
    return {
      services: nfsServices(server.ports),
      async close() {
        await server.close()
        await forget()
      },
    }
  } catch (error) {
    await forget()
    throw error
  }
}

export function nfsServices({ nfs, mount, portmap }: NfsServer['ports']): ServiceRecord[] {
  return [
    { name: 'NFS', port: nfs },
    { name: 'Mount', port: mount },
    { name: 'Port mapper', port: portmap },
  ]
}

/** What stands behind an export, for people. */
export function sourceOf({ source }: ChainExport): string {
  return source.kind === 'folder' ? source.folder : 'made by Bootwire'
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory())
      throw new ServiceFailure('bad-choice', `${folder} is a file and no folder.`, [
        'Export the folder that it is in.',
      ])
    await access(folder, constants.R_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof ServiceFailure) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new ServiceFailure('bad-choice', `There is no folder ${folder}.`, [
        'Look for a slip in its name.',
      ])
    throw new ServiceFailure('bad-choice', `The folder ${folder} cannot be read: ${message}.`, [
      'Give the user whom Bootwire runs as the right to read it and to enter every folder above it.',
      RUN_AS_OWNER,
    ])
  }
}

async function keptFolder(folder: string): Promise<string> {
  const kept = overlayFolder(folder)
  try {
    await mkdir(kept, { recursive: true, mode: 0o700 })
    return kept
  } catch (error) {
    throw new ServiceFailure(
      'bad-choice',
      `What clients write cannot be kept in ${kept}: ${(error as Error).message}.`,
      [{ action: 'forget-writes' }, RUN_AS_OWNER],
    )
  }
}
