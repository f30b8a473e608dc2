/** Opens the built page in Electron with a stand-in for everything behind it. Needs `vite build --app` and a display. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { _electron as electron, type ElectronApplication, type Page } from 'playwright'
import { transformWithOxc } from 'vite'
import type { FakeOptions } from './fake-desktop.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface OpenPage {
  readonly app: ElectronApplication
  readonly page: Page
  /** What the console said is wrong, a violated security policy included. */
  readonly errors: string[]
  close(): Promise<void>
}

export async function openPage(options: FakeOptions, size = { width: 1200, height: 760 }): Promise<OpenPage> {
  const folder = await mkdtemp(join(tmpdir(), 'bootwire-page-'))
  const assets = join(folder, 'assets.mjs')
  await writeFile(assets, await javascriptOf(here('../../../electron/api/page.ts')))
  const fake = await javascriptOf(here('fake-desktop.ts'))

  const app = await electron.launch({
    args: [here('window.mjs'), '--no-sandbox', `--user-data-dir=${join(folder, 'profile')}`],
    env: {
      ...(process.env as Record<string, string>),
      BOOTWIRE_ASSETS: pathToFileURL(assets).href,
      BOOTWIRE_PAGE: here('../../../dist/renderer'),
    },
  })
  const page = await app.firstWindow()
  const errors: string[] = []
  page.on('console', (message) => {
    if (
      message.type() === 'error' ||
      (message.type() === 'warning' && !message.text().includes('Electron Security Warning'))
    )
      errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.addInitScript(
    `${fake.replaceAll(/^export /gm, '')}\nif (location.protocol === 'app:') installFake(${JSON.stringify(options)})`,
  )
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
  }, size)
  await page.goto('app://bootwire/')
  await page.getByRole('navigation', { name: 'Steps' }).waitFor()
  return {
    app,
    page,
    errors,
    close: async () => {
      await app.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function javascriptOf(path: string): Promise<string> {
  return (await transformWithOxc(await readFile(path, 'utf8'), path, { sourcemap: false })).code
}
