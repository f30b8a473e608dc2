import { basename, resolve } from 'node:path'
import { build } from 'vite'

/** Makes a TypeScript program one that `node` can run by itself, and gives its path. */
export async function compile(entry: string): Promise<string> {
  const name = basename(entry, '.ts')
  // Under node_modules, so that packages are found from there.
  const outDir = resolve('node_modules/.cache/bootwire-lab', `${process.pid}-${name}`)
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
