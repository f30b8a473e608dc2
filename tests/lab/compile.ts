import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { build } from 'vite'

/** Under node_modules, so that packages are found from there. */
const CACHE = resolve('node_modules/.cache/bootwire-lab')

/** What earlier runs have left: a test worker is ended before it could clear up behind itself. */
function removeLeftovers(): void {
  mkdirSync(CACHE, { recursive: true })
  for (const pid of readdirSync(CACHE))
    if (!existsSync(`/proc/${pid}`)) rmSync(resolve(CACHE, pid), { recursive: true, force: true })
}

/** Makes a TypeScript program one that `node` can run by itself, and gives its path. */
export async function compile(entry: string): Promise<string> {
  removeLeftovers()
  const name = basename(entry, '.ts')
  const outDir = resolve(CACHE, String(process.pid), name)
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
