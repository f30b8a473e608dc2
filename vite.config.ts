import { chmodSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** ws goes on without these. */
const NATIVE_HELPERS_OF_WS = ['bufferutil', 'utf-8-validate']

/**
 * Stays outside of a Node bundle: what Node has, what Electron has, and koffi, which loads its native library from beside
 * itself. All else is in it, so that a program can be handed to root, or packed, as a few files.
 */
const external = [/^node:/, ...builtinModules, 'electron', 'koffi', ...NATIVE_HELPERS_OF_WS]

/** What runs as its own process under Node or Electron's Node. */
const processes = {
  cli: here('electron/cli/main.ts'),
  service: here('electron/service/process.ts'),
  keeper: here('electron/service/keeper-process.ts'),
  main: here('electron/main/main.ts'),
  browser: here('electron/browser/main.ts'),
}

/**
 * `vite build --app` builds three environments: `node`, `preload`, and the page, which Vite calls `client`.
 * `--mode bench` builds the benchmark instead, as a Node bundle like the one that it measures.
 */
export default defineConfig(({ mode }) => ({
  root: here('renderer'),
  publicDir: false,
  // Relative, because the page is loaded from app://bootwire/ and not from a web server's root.
  base: './',
  plugins: [svelte({ configFile: false, preprocess: vitePreprocess() }), executable('cli.js')],
  environments: {
    node: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: here('dist/node'),
        emptyOutDir: true,
        target: 'node20',
        sourcemap: true,
        minify: false,
        rolldownOptions: {
          input: processes,
          external,
          output: {
            format: 'esm',
            entryFileNames: '[name].js',
            // Beside the entries: code finds dist/target and the other programs from its own place.
            chunkFileNames: '[name]-[hash].js',
            banner: ({ name }) => (name === 'cli' ? '#!/usr/bin/env node' : ''),
          },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: here('dist/preload'),
        emptyOutDir: true,
        target: 'node20',
        sourcemap: true,
        minify: false,
        // A sandboxed preload script is CommonJS and may require nothing but Electron.
        rolldownOptions: {
          input: { preload: here('electron/preload/preload.ts') },
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    bench: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir: here('dist/bench'),
        emptyOutDir: true,
        target: 'node20',
        sourcemap: true,
        minify: false,
        rolldownOptions: {
          input: {
            run: here('tests/bench/run.ts'),
            'build-image': here('tests/bench/image/build.ts'),
            'client-nfs': here('tests/bench/nfs/client.ts'),
            'serve-dhcp': here('tests/bench/dhcp/serve.ts'),
            'serve-nfs': here('tests/bench/nfs/serve.ts'),
            'serve-tftp': here('tests/bench/tftp/serve.ts'),
          },
          external: [...external, 'playwright'],
          output: { format: 'esm', entryFileNames: '[name].js' },
        },
      },
    },
    client: {
      build: {
        outDir: here('dist/renderer'),
        emptyOutDir: true,
        target: 'chrome130',
        sourcemap: true,
        // A data: URL would need a hole in the content security policy.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: here('renderer/index.html') },
      },
    },
  },
  builder: {
    async buildApp(builder) {
      const names = mode === 'bench' ? ['bench'] : ['node', 'preload', 'client']
      for (const name of names) await builder.build(builder.environments[name]!)
    },
  },
}))

/** Makes a bundle that starts with `#!` a program that can be run by its name. */
function executable(fileName: string): Plugin {
  return {
    name: 'bootwire:executable',
    applyToEnvironment: ({ name }) => name === 'node',
    writeBundle({ dir }) {
      chmodSync(`${dir}/${fileName}`, 0o755)
    },
  }
}
