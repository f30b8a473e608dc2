/** The app as `npm run package` leaves it: in an archive, with its fuses set, far from this folder's packages. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright'
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest'
import { collectErrors, noWindow, sandbox } from './app.ts'
import { bootInTwoClicks, expectSampleKernel, stop } from './walk.ts'

const program = fileURLToPath(new URL('../../dist/package/linux-unpacked/bootwire', import.meta.url))

let folder: string
let app: ChildProcess
let browser: Browser

beforeEach(async (context: TestContext) => {
  const reason = existsSync(program) ? noWindow() : 'needs a packed app (npm run package)'
  if (reason !== undefined) context.skip(reason)
  folder = await mkdtemp(join(tmpdir(), 'bootwire-packaged-'))
  // A fuse keeps Node's inspector shut, by which Playwright starts an app: it is driven as a browser is.
  app = spawn(
    program,
    ['--remote-debugging-port=0', `--user-data-dir=${join(folder, 'profile')}`, ...sandbox],
    {
      cwd: folder,
      env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  browser = await chromium.connectOverCDP(await debuggerOf(app))
})
afterEach(async () => {
  await browser.close()
  if (app.exitCode === null && app.kill()) await once(app, 'exit')
  await rm(folder, { recursive: true, force: true })
})

async function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stderr!) {
    text += String(chunk)
    const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`The packed app ended before it had a window: ${text}`)
}

it('boots a virtual target in two clicks', async () => {
  const [context] = browser.contexts()
  const page = context!.pages()[0] ?? (await context!.waitForEvent('page'))
  const errors = collectErrors(page)
  await bootInTwoClicks(page)
  await expectSampleKernel(page)
  await stop(page)
  expect(errors).toEqual([])
})
