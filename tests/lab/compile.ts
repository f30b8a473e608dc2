import { rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { build } from 'vite'

/** Under node_modules, so that packages are found from there. */
const FOLDER = resolve('node_modules/.cache/bootwire-lab', String(process.pid))

process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }))

/** Makes a TypeScript program one that `node` can run by itself, and gives its path. */
export async function compile(entry: string): Promise<string> {
  const name = basename(entry, '.ts')
  const outDir = resolve(FOLDER, name)
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: resolve(entry),
      outDir,
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
    },
  })
  return resolve(outDir, `${name}.mjs`)
}
