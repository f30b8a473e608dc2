/** Opens the built page in Chromium with a stand-in for everything behind it. Needs `vite build --app`. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { transformWithOxc } from 'vite'
import { PAGE_HEADERS, readAsset } from '../../../electron/api/page.ts'
import type { FakeOptions } from './fake-desktop.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Of nobody: what is asked of it is answered here. */
const ORIGIN = 'https://bootwire.invalid'

export interface OpenPage {
  readonly page: Page
  /** What the console said is wrong, a violated security policy included. */
  readonly errors: readonly string[]
  close(): Promise<void>
}

export async function openPage(
  browser: Browser,
  options: FakeOptions,
  size = { width: 1200, height: 760 },
): Promise<OpenPage> {
  const fake = await javascriptOf(here('fake-desktop.ts'))
  const context = await browser.newContext({ viewport: size })
  await context.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    const asset = await readAsset(here('../../../dist/renderer'), pathname)
    if (asset === undefined) return route.fulfill({ status: 404 })
    const headers = { ...PAGE_HEADERS, 'content-type': asset.type }
    return route.fulfill({ headers, body: asset.bytes })
  })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.addInitScript(`${fake.replaceAll(/^export /gm, '')}\ninstallFake(${JSON.stringify(options)})`)
  await page.goto(ORIGIN)
  await page.getByRole('navigation', { name: 'Steps' }).waitFor()
  return { page, errors, close: () => context.close() }
}

async function javascriptOf(path: string): Promise<string> {
  return (await transformWithOxc(await readFile(path, 'utf8'), path, { sourcemap: false })).code
}
