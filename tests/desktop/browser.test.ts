/** The wizard in a browser, against browser mode: the same walk as in the desktop app. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron, type ElectronApplication, type Page } from 'playwright'
import { afterEach, beforeEach, expect, it, type TestContext } from 'vitest'
import { accessibilityViolations, collectErrors, noWindow, sandbox } from './app.ts'
import { BOOT_MILLISECONDS, bootInTwoClicks, button, expectSampleKernel, stop } from './walk.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

let folder: string
let server: ChildProcess
let browser: ElectronApplication
let page: Page
let errors: readonly string[] = []

beforeEach(async (context: TestContext) => {
  const reason = noWindow()
  if (reason !== undefined) context.skip(reason)
  folder = await mkdtemp(join(tmpdir(), 'bootwire-browser-'))
  server = spawn(process.execPath, [here('../../dist/node/browser.js')], {
    env: { ...process.env, XDG_STATE_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  browser = await electron.launch({
    args: [here('programs/browser.mjs'), `--user-data-dir=${join(folder, 'profile')}`, ...sandbox],
  })
  page = await browser.firstWindow()
  errors = collectErrors(page)
  await page.goto(await addressOf(server))
})
afterEach(async () => {
  await browser.close()
  server.kill('SIGTERM')
  if (server.exitCode === null) await once(server, 'exit')
  await rm(folder, { recursive: true, force: true })
  expect(errors).toEqual([])
})

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stdout!) {
    text += String(chunk)
    const address = /Open (http:\S+)/.exec(text)?.[1]
    if (address !== undefined) return address
  }
  throw new Error(`Browser mode printed no address: ${text}`)
}

it('boots a virtual target in two clicks', async () => {
  await bootInTwoClicks(page)
  await expectSampleKernel(page)
  expect(await accessibilityViolations(page)).toEqual([])
  await stop(page)
})

/** Drops files of these names and bytes where files are given. */
async function drop(files: Readonly<Record<string, Buffer>>): Promise<void> {
  const named = Object.entries(files).map(([name, bytes]) => ({ name, base64: bytes.toString('base64') }))
  const dataTransfer = await page.evaluateHandle((dropped) => {
    const transfer = new DataTransfer()
    for (const { name, base64 } of dropped)
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name))
    return transfer
  }, named)
  await page.getByRole('region', { name: 'Give files' }).dispatchEvent('drop', { dataTransfer })
}

async function chooseChain(name: RegExp): Promise<void> {
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Choose how it boots').click()
  await page.getByRole('radio', { name }).click()
  await button(page, 'Continue').click()
}

it('takes files that are dropped on it, and tells what they are', async () => {
  await chooseChain(/PXELINUX.*MultiBoot/)
  await drop({ 'kernel.txt': Buffer.from('no kernel at all, only text '.repeat(400)) })
  const entry = page.getByRole('list', { name: 'Your files' }).getByRole('listitem')
  await entry.getByText('nothing else that Bootwire knows').waitFor()
  expect(await entry.getByRole('checkbox', { name: 'Use kernel.txt' }).isChecked()).toBe(true)
})

it("boots Darwin's way from a boot loader, a kernel and boot sectors that are dropped on it", async () => {
  await chooseChain(/Chameleon/)
  const built = (path: string) => readFileSync(here(`../../dist/target/${path}`))
  await drop({
    boot: built('samples/boot'),
    boot0: built('disk/boot0'),
    boot1h: built('disk/boot1h'),
    mach_kernel: built('samples/mach_kernel'),
  })
  await page.getByText('Everything is there').waitFor()
  await button(page, 'Continue').click()
  await button(page, 'Start').click()
  await page.getByRole('heading', { level: 1, name: 'Kernel runs' }).waitFor({ timeout: BOOT_MILLISECONDS })
  await stop(page)
})
