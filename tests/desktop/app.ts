/** The built desktop app in Electron, driven by Playwright, with a state folder of its own. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron, type ElectronApplication, type Page } from 'playwright'
import type { AxeResults } from 'axe-core'

const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

/** Why no window can be opened here; undefined when it can. */
export function noWindow(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  const installed = join(root, 'node_modules/electron/path.txt')
  if (folder === undefined ? !existsSync(installed) : !existsSync(folder)) return 'needs an Electron binary'
  if (process.platform === 'linux' && process.env['DISPLAY'] === undefined) return 'needs a display or Xvfb'
  return existsSync(join(root, 'dist/node/main.js')) ? undefined : 'needs a build (npm run build)'
}

export interface OpenedApp {
  readonly app: ElectronApplication
  readonly page: Page
  /** What the console called an error, a violated security policy included. */
  readonly errors: readonly string[]
  /** Ends the session first: with a target at work the app would ask. */
  close(): Promise<void>
}

/** A place for everything that the app keeps, which outlives one launch. */
export class Profile {
  readonly #folder = mkdtemp(join(tmpdir(), 'bootwire-profile-'))

  /** What the app is started with. */
  async command(): Promise<{ readonly args: string[]; readonly env: Record<string, string> }> {
    const folder = await this.#folder
    return {
      args: [root, `--user-data-dir=${join(folder, 'electron')}`, ...sandbox],
      env: { ...(process.env as Record<string, string>), XDG_STATE_HOME: join(folder, 'state') },
    }
  }

  async launch(environment: Readonly<Record<string, string>> = {}): Promise<OpenedApp> {
    const { args, env } = await this.command()
    const app = await electron.launch({ args, env: { ...env, ...environment } })
    const page = await app.firstWindow()
    const close = async () => {
      await page.evaluate(() => window.bootwire.stop()).catch(() => {})
      await app.close()
    }
    return { app, page, errors: collectErrors(page), close }
  }

  async remove(): Promise<void> {
    await rm(await this.#folder, { recursive: true, force: true })
  }
}

/** Chromium's sandbox needs rights that root's containers lack. */
export const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []

export function collectErrors(page: Page): readonly string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  return errors
}

let axe: string | undefined

/** What axe finds wrong with the page as it stands, one line each. */
export async function accessibilityViolations(page: Page): Promise<readonly string[]> {
  axe ??= readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.join(' ')}) ${failureSummary ?? ''}`),
  )
}
