/** The two ways to one page: a window of the desktop app, and a browser that browser mode lets in. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { noBuild, Running } from '../browser/running.ts'
import { noVirtualTarget } from '../lab/bootwire.ts'
import { collectErrors, noWindow, type Profile } from './app.ts'
import { launchChromium, noChromium } from './chromium.ts'

export interface Opened {
  readonly page: Page
  /** What the console called an error, a violated security policy included. */
  readonly errors: readonly string[]
  /** Of the process that started the boot service. */
  readonly pid: number
  /** What the page saves as a file by `act`. */
  saved(act: () => Promise<unknown>): Promise<SavedFile>
  /** Ends the session, if any, and everything else. */
  close(): Promise<void>
}

export interface SavedFile {
  /** As the page proposes it. */
  readonly name: string
  readonly bytes: Buffer
}

export interface Face {
  readonly name: string
  /** Why it cannot boot a virtual target here; undefined when it can. */
  absent(): string | undefined
  open(profile: Profile, environment?: Readonly<Record<string, string>>): Promise<Opened>
}

const desktop: Face = {
  name: 'the desktop app',
  absent: () => noWindow() ?? noVirtualTarget(),
  open: (profile, environment) => profile.launch(environment),
}

export const browser: Face = {
  name: 'Chromium against browser mode',
  absent: () => noBuild() ?? noVirtualTarget() ?? noChromium(),
  async open(profile, environment) {
    const { env } = await profile.command()
    const running = await new Running({ ...env, ...environment }).ready()
    const program = await launchChromium()
    const page = await program.newPage({ viewport: { width: 1200, height: 760 } })
    const errors = collectErrors(page)
    await page.goto(running.address)
    const saved = async (act: () => Promise<unknown>) => {
      const [download] = await Promise.all([page.waitForEvent('download'), act()])
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
    }
    const close = async () => {
      await program.close()
      await running.close()
    }
    return { page, errors, pid: running.process.pid!, saved, close }
  },
}

export const faces: readonly Face[] = [desktop, browser]
