/** The built desktop app in Electron, driven by Playwright, with a state folder of its own. */
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron, type ElectronApplication, type Page } from 'playwright'
import type { AxeResults } from 'axe-core'
import { findElectron } from '../../build/electron.mjs'
import { noBuild } from '../browser/running.ts'
import type { Opened, SavedFile } from './faces.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

/** Why no window can be opened here; undefined when it can. */
export function noWindow(): string | undefined {
  if (findElectron() === undefined) return "needs Electron's binary, which npm test and npm start fetch"
  if (process.platform === 'linux' && process.env['DISPLAY'] === undefined)
    return 'needs a display, or Xvfb (Debian: xvfb)'
  return noBuild()
}

export interface OpenedApp extends Opened {
  readonly app: ElectronApplication
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
    const folder = await this.#folder
    const saved = (act: () => Promise<unknown>) => savedBy(app, act, join(folder, 'saved'))
    // With a target at work the app would ask.
    const close = async () => {
      await page.evaluate(() => window.bootwire.stop()).catch(() => {})
      await app.close()
    }
    return { app, page, errors: collectErrors(page), pid: app.process().pid!, saved, close }
  }

  async remove(): Promise<void> {
    await rm(await this.#folder, { recursive: true, force: true })
  }
}

/** Answers the dialog that asks where to save: Bootwire's own, or the one of a download. */
async function savedBy(
  app: ElectronApplication,
  act: () => Promise<unknown>,
  path: string,
): Promise<SavedFile> {
  await app.evaluate(({ dialog, session }, place) => {
    const saved = new Promise<string>((resolve) => {
      session.defaultSession.once('will-download', (_event, item) => {
        item.setSavePath(place)
        item.once('done', () => resolve(item.getFilename()))
      })
      dialog.showSaveDialog = (...given: unknown[]) => {
        resolve((given.at(-1) as { defaultPath: string }).defaultPath)
        return Promise.resolve({ canceled: false, filePath: place })
      }
    })
    Object.assign(globalThis, { saved })
  }, path)
  await act()
  const name = await app.evaluate(() => (globalThis as unknown as { saved: Promise<string> }).saved)
  return { name, bytes: await readFile(path) }
}

/** Chromium's sandbox needs rights that root's containers lack. */
export const isRoot = process.getuid?.() === 0
export const sandbox = isRoot ? ['--no-sandbox'] : []

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
