import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import typescript from 'typescript-eslint'

const root = fileURLToPath(new URL('../..', import.meta.url))
const floors = [
  'main',
  'preload',
  'browser',
  'cli',
  'api',
  'service',
  'servers',
  'machine',
  'library',
  'chains',
  'link',
]
const lowest = ['clients', 'formats', 'protocols']

/** A small house of its own with the project's rules, so that the walls are tested and not today's files. */
let house: string
let eslint: ESLint

beforeAll(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'bootwire-walls-')))
  for (const file of ['eslint.config.js', 'build/walls.mjs', 'package.json', 'tsconfig.json'])
    cpSync(join(root, file), join(house, file))
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'), 'junction')
  for (const folder of [...floors, ...lowest].map((floor) => `electron/${floor}`).concat('renderer')) {
    mkdirSync(join(house, folder), { recursive: true })
    writeFileSync(join(house, folder, 'there.ts'), 'export const there = 1\n')
  }
  eslint = new ESLint({
    cwd: house,
    overrideConfig: typescript.configs.disableTypeChecked as ESLint.Options['overrideConfig'],
  })
})

afterAll(() => rmSync(house, { recursive: true }))

/** The rules that stop `code` as the text of `file`. */
async function stops(file: string, code: string): Promise<string[]> {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  const [result] = await eslint.lintText(code, { filePath: join(house, file) })
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message)
}

const imports = (specifier: string) => `import { there } from '${specifier}'\nexport const here = there\n`
const takesType = (specifier: string) =>
  `import type { there } from '${specifier}'\nexport type There = typeof there\n`

describe('imports go down the floors', () => {
  test.each([
    ['cli', 'service'],
    ['main', 'api'],
    ['browser', 'api'],
    ['api', 'service'],
    ['service', 'servers'],
    ['service', 'chains'],
    ['servers', 'link'],
    ['servers', 'clients'],
    ['machine', 'link'],
    ['library', 'formats'],
    ['chains', 'clients'],
    ['chains', 'formats'],
    ['link', 'protocols'],
    ['renderer', 'clients'],
    ['preload', 'clients'],
  ])('%s may import %s', async (from, to) => {
    const file = from === 'renderer' ? 'renderer/here.ts' : `electron/${from}/here.ts`
    const up = from === 'renderer' ? '../electron' : '..'
    expect(await stops(file, imports(`${up}/${to}/there.ts`))).toEqual([])
  })

  test.each([
    ['protocols', 'link'],
    ['formats', 'chains'],
    ['clients', 'servers'],
    ['link', 'service'],
    ['servers', 'service'],
    ['service', 'api'],
    ['api', 'cli'],
    ['chains', 'library'],
    ['clients', 'api'],
  ])('%s may not reach up to %s', async (from, to) => {
    expect(await stops(`electron/${from}/here.ts`, imports(`../${to}/there.ts`))).toEqual([
      'boundaries/dependencies',
    ])
  })

  test.each([
    ['clients', 'chains'],
    ['link', 'chains'],
    ['chains', 'link'],
    ['servers', 'machine'],
    ['protocols', 'formats'],
    ['cli', 'main'],
    ['main', 'browser'],
  ])('%s may not reach sideways to %s', async (from, to) => {
    expect(await stops(`electron/${from}/here.ts`, takesType(`../${to}/there.ts`))).toEqual([
      'boundaries/dependencies',
    ])
  })

  test('a folder may use its own files', async () => {
    expect(await stops('electron/servers/dhcp/here.ts', imports('../there.ts'))).toEqual([])
  })

  test('a re-export and a dynamic import count as imports', async () => {
    expect(await stops('electron/protocols/a.ts', `export * from '../link/there.ts'\n`)).toEqual([
      'boundaries/dependencies',
    ])
    expect(await stops('electron/protocols/b.ts', `await import('../link/there.ts')\n`)).toEqual([
      'boundaries/dependencies',
    ])
  })

  test('a file outside of every floor is told', async () => {
    expect(await stops('electron/stray.ts', 'export const stray = 1\n')).toEqual([
      'boundaries/no-unknown-files',
    ])
  })
})

describe('a sandboxed page', () => {
  test.each(['renderer/here.ts', 'electron/preload/here.ts'])(
    '%s takes types of the contract and no code',
    async (file) => {
      const contract = file.startsWith('renderer') ? '../electron/api/there.ts' : '../api/there.ts'
      expect(await stops(file, takesType(contract))).toEqual([])
      expect(await stops(file, imports(contract))).toEqual(['boundaries/dependencies'])
    },
  )

  test('has neither Node nor the floors below the contract', async () => {
    expect(await stops('renderer/here.ts', imports('node:fs'))).toEqual(['boundaries/dependencies'])
    expect(await stops('renderer/here.ts', takesType('../electron/servers/there.ts'))).toEqual([
      'boundaries/dependencies',
    ])
  })

  test('a Svelte component is held to the same walls', async () => {
    const script = (specifier: string) =>
      `<script lang="ts">\n  import { there } from '${specifier}'\n</script>\n\n<p>{there}</p>\n`
    expect(await stops('renderer/Here.svelte', script('../electron/clients/there.ts'))).toEqual([])
    expect(await stops('renderer/Here.svelte', script('../electron/service/there.ts'))).toEqual([
      'boundaries/dependencies',
    ])
  })

  test('never makes markup of text', async () => {
    expect(await stops('renderer/Here.svelte', `<p>{@html 'x'}</p>\n`)).toEqual(['svelte/no-at-html-tags'])
    expect(await stops('renderer/here.ts', `document.body.innerHTML = 'x'\n`)).toEqual([
      'no-restricted-syntax',
    ])
    expect(await stops('renderer/here.ts', `document.body.insertAdjacentHTML('beforeend', 'x')\n`)).toEqual([
      'no-restricted-syntax',
    ])
    expect(await stops('renderer/here.ts', `document.body.textContent = 'x'\n`)).toEqual([])
  })
})

describe('a codec is pure', () => {
  test.each(['protocols', 'formats'])('%s opens no socket, file or process', async (floor) => {
    for (const module of [
      'node:fs',
      'node:fs/promises',
      'fs',
      'node:net',
      'node:dgram',
      'node:child_process',
      'electron',
      'koffi',
    ])
      expect([module, await stops(`electron/${floor}/here.ts`, imports(module))]).toEqual([
        module,
        ['boundaries/dependencies'],
      ])
  })

  test.each(['protocols', 'formats'])('%s reads no clock and no dice', async (floor) => {
    for (const code of ['Date.now()', 'Math.random()'])
      expect(await stops(`electron/${floor}/here.ts`, `export const value = ${code}\n`)).toEqual([
        'no-restricted-properties',
      ])
    expect(await stops(`electron/${floor}/here.ts`, `setTimeout(() => {}, 1)\n`)).toContain(
      'no-restricted-globals',
    )
  })

  test('may use a library and the arithmetic of Node', async () => {
    expect(await stops('electron/formats/here.ts', imports('node:zlib'))).toEqual([])
    expect(await stops('electron/protocols/here.ts', imports('zod'))).toEqual([])
  })

  test('servers have a clock and sockets', async () => {
    expect(
      await stops(
        'electron/servers/here.ts',
        `import { createSocket } from 'node:dgram'\nexport const s = createSocket('udp4')\n`,
      ),
    ).toEqual([])
    expect(await stops('electron/servers/here.ts', `export const now = Date.now()\n`)).toEqual([])
  })
})

describe('what reaches out of the app has one place', () => {
  test.each([
    ['ipcMain', 'electron/main/ipc.ts', 'electron/main/window.ts'],
    ['ipcRenderer', 'electron/preload/preload.ts', 'electron/preload/other.ts'],
    ['shell', 'electron/main/external.ts', 'electron/main/window.ts'],
  ])('%s belongs to %s', async (name, home, elsewhere) => {
    const code = `import { ${name} } from 'electron'\nconsole.log(${name})\n`
    expect(await stops(home, code)).toEqual([])
    expect(await stops(elsewhere, code)).toEqual(['boundaries/dependencies'])
  })

  test('electron cannot be taken whole', async () => {
    expect(
      await stops('electron/main/window.ts', `import * as electron from 'electron'\nconsole.log(electron)\n`),
    ).toContain('no-restricted-syntax')
    expect(
      await stops('electron/main/window.ts', `import electron from 'electron'\nconsole.log(electron)\n`),
    ).toContain('no-restricted-syntax')
  })

  test('only the desktop app knows Electron, only a link knows koffi', async () => {
    const window = `import { BrowserWindow } from 'electron'\nconsole.log(BrowserWindow)\n`
    expect(await stops('electron/main/window.ts', window)).toEqual([])
    expect(await stops('electron/service/here.ts', window)).toEqual(['boundaries/dependencies'])
    const native = `import koffi from 'koffi'\nconsole.log(koffi)\n`
    expect(await stops('electron/link/here.ts', native)).toEqual([])
    expect(await stops('electron/servers/here.ts', native)).toEqual(['boundaries/dependencies'])
  })
})
