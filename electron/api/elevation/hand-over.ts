/** The files that a boot service is made of, as one stream for root to write down (see `pkexec.ts`). */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'

export interface HandedFile {
  readonly path: string
  /** Where root puts it, in its folder. */
  readonly name: string
  readonly size: number
  readonly mode: '644' | '755'
}

/** What the service loads and serves of its own: everything else is bundled into its script. */
export async function programFiles(script: string): Promise<HandedFile[]> {
  const root = join(dirname(script), '..', '..')
  const modules = join('node_modules', '@koromix')
  const folders = [join('dist', 'node'), join('dist', 'target'), join('node_modules', 'koffi'), modules]
  const found = await Promise.all(folders.map((folder) => filesIn(join(root, folder))))
  const paths = [join(root, 'package.json'), ...found.flat().filter((path) => !path.endsWith('.map'))]
  return Promise.all(paths.map((path) => handed(path, relative(root, path))))
}

/** A Node binary, or Electron's with the files that it loads from beside it when it runs as Node. */
export async function runtimeFiles(program: string): Promise<HandedFile[]> {
  const folder = dirname(program)
  const beside = !('electron' in process.versions)
    ? []
    : (await readdir(folder)).filter((name) => /\.so(\.\d+)*$|\.(dat|bin)$/.test(name))
  return Promise.all([
    handed(program, 'runtime/node', '755'),
    ...beside.map((name) => handed(join(folder, name), join('runtime', basename(name)))),
  ])
}

/** Ends with the empty line behind which requests begin. */
export function handOver(files: readonly HandedFile[]): Readable {
  return Readable.from(stream(files), { objectMode: false })
}

async function* stream(files: readonly HandedFile[]): AsyncGenerator<Buffer> {
  for (const { path, name, size, mode } of files) {
    yield Buffer.from(`${mode} ${size} ${name}\n`)
    let rest = size
    if (size > 0)
      for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, end: size - 1 })) {
        rest -= (chunk as Buffer).length
        yield chunk as Buffer
      }
    if (rest > 0) throw new Error(`${path} became shorter while it was read`)
  }
  yield Buffer.from('\n')
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

async function handed(path: string, name: string, mode: HandedFile['mode'] = '644'): Promise<HandedFile> {
  const { size } = await stat(path)
  return { path, name: name.split(sep).join('/'), size, mode }
}
