/** The folders that a session exports by NFS: checked at its start, and served until its end. */
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Emit } from '../clients/events.ts'
import type { Link } from '../link/link.ts'
import { startNfsServer } from '../servers/nfs/server.ts'
import type { ExportChoice } from './commands.ts'
import { NAME_THE_OWNER, ServiceFailure } from './failure.ts'
import { loadHandleSecret } from './handle-secret.ts'
import { handleSecretFile, overlayFolder } from './state-folder.ts'

export interface PlannedExport {
  readonly path: string
  readonly folder: string
  readonly writable: boolean
  readonly keep: boolean
}

export interface Exporting {
  readonly services: readonly { readonly name: string; readonly port: number }[]
  close(): Promise<void>
}

/** Rejects with a `ServiceFailure` that names the folder which cannot be exported, and why. */
export async function planExports(choices: readonly ExportChoice[]): Promise<PlannedExport[]> {
  for (const { folder } of choices) await requireFolder(folder)
  const planned = choices.map(({ folder, path, writable, keep }) => ({
    path: path ?? (choices.length === 1 ? '/' : `/${basename(folder)}`),
    folder,
    writable,
    keep,
  }))
  const twice = planned.find(({ path }, index) => planned.findIndex((one) => one.path === path) !== index)
  if (twice !== undefined)
    throw new ServiceFailure('bad-choice', `Two exports would both be mounted as ${twice.path}.`, [
      'Export folders of different names, or only one of them.',
    ])
  return planned
}

export async function startExporting(
  link: Link,
  exports: readonly PlannedExport[],
  emit: Emit,
): Promise<Exporting> {
  const secret = await loadHandleSecret(handleSecretFile(), (text) =>
    emit({ type: 'notice', level: 'info', text }),
  )
  const passing = await mkdtemp(join(tmpdir(), 'bootwire-overlays-'))
  const forget = () => rm(passing, { recursive: true, force: true })
  try {
    const options = await Promise.all(
      exports.map(async ({ path, folder, writable, keep }, index) => ({
        path,
        source: { kind: 'folder', folder } as const,
        ...(writable
          ? { overlay: { folder: keep ? await keptFolder(folder) : join(passing, String(index)), keep } }
          : {}),
      })),
    )
    const server = await startNfsServer(link, emit, { exports: options, secret })
    return {
      services: [
        { name: 'NFS', port: server.ports.nfs },
        { name: 'Mount', port: server.ports.mount },
        { name: 'Port mapper', port: server.ports.portmap },
      ],
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
      NAME_THE_OWNER,
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
      ['Leave out --keep: it is thrown away at the end then.', NAME_THE_OWNER],
    )
  }
}
