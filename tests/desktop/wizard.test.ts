/** The wizard from its first step to a booted target, the same in each face. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { makeDriverFolder } from '../library/kext-folders.ts'
import { accessibilityViolations, Profile } from './app.ts'
import { faces, type Opened } from './faces.ts'
import {
  BOOT_MILLISECONDS,
  bootInTwoClicks,
  button,
  chooseChain,
  cutOff,
  drop,
  expectKernel,
  expectOnConsole,
  expectSampleKernel,
  heading,
  startWithFiles,
  stop,
} from './walk.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-wizard-'))
afterAll(() => rmSync(folder, { recursive: true }))
const built = (path: string) => fileURLToPath(new URL(`../../dist/target/${path}`, import.meta.url))

describe.each(faces.map((face) => [face.name, face] as const))('the wizard in %s', (_name, face) => {
  const profile = new Profile()
  let opened: Opened | undefined

  beforeEach(async (context: TestContext) => {
    const reason = face.absent()
    if (reason !== undefined) context.skip(reason)
    if (opened === undefined) opened = await face.open(profile)
    else {
      await opened.page.evaluate(() => window.bootwire.stop())
      await opened.page.reload()
    }
  })
  afterEach(() => {
    expect(opened?.errors ?? []).toEqual([])
  })
  afterAll(async () => {
    await opened?.close()
    await profile.remove()
  })

  it('boots a virtual target in two clicks', async () => {
    const { page } = opened!
    await bootInTwoClicks(page)
    await expectSampleKernel(page)
    expect(await accessibilityViolations(page)).toEqual([])

    await button(page, 'Type on it').click()
    await page.getByText('The target has the keyboard').waitFor()
    await page.keyboard.press('Tab')
    await page.getByText('The target has the keyboard').waitFor()
    await page.keyboard.press('Control+Alt')
    await page.getByText('Or click the screen').waitFor()
    await stop(page)
  })

  it("offers last time's set-up at the next launch", async () => {
    await opened!.close()
    opened = await face.open(profile)
    const { page } = opened
    await page.getByRole('region', { name: 'Last time' }).getByText('Virtual, 512 MB').waitFor()
    await button(page, 'Start again').click()
    await expectSampleKernel(page)
    await stop(page)
  })

  it('enlarges the screen, saves a picture of it, and restarts the target', async () => {
    const { page } = opened!
    await bootInTwoClicks(page)
    await expectSampleKernel(page)

    const glass = page.getByRole('region', { name: "The target's screen" })
    const width = () => glass.evaluate(({ clientWidth }) => clientWidth / innerWidth)
    const before = await width()
    await button(page, 'Enlarge the screen').click()
    await expect.poll(width).toBeGreaterThan(0.95)
    await page.keyboard.press('Escape')
    await expect.poll(width).toBe(before)

    const picture = await opened!.saved(() => button(page, 'Save a picture of the screen').click())
    expect(picture.name).toBe('bootwire-screen.png')
    const canvas = await page
      .locator('canvas')
      .evaluate(({ width: across, height }: HTMLCanvasElement) => [across, height])
    // The size in a PNG file's IHDR.
    expect([16, 20].map((offset) => picture.bytes.readUInt32BE(offset))).toEqual(canvas)

    const kernels = page.getByRole('log', { name: 'Log' }).getByText('Reached the kernel. All is well.')
    expect(await kernels.count()).toBe(1)
    await button(page, 'Restart target').click()
    await expect.poll(() => kernels.count(), { timeout: BOOT_MILLISECONDS }).toBe(2)
    await expectSampleKernel(page)
    await stop(page)
  })

  it('types on the target what a chain says is to be typed', async () => {
    const { page } = opened!
    await chooseChain(page, /NetBoot/)
    await startWithFiles(page)
    await page.getByText('The target has passed every milestone.').waitFor({ timeout: BOOT_MILLISECONDS })
    await page.getByText('live', { exact: true }).waitFor()

    await page.getByRole('button', { name: /^Copy .*returning/ }).click()
    const filter = page.getByRole('searchbox', { name: 'Filter the log' })
    await filter.press('ControlOrMeta+V')
    expect(await filter.inputValue()).toContain('returning')
    await filter.fill('')

    const log = page.getByRole('log', { name: 'Log' })
    const returned = log.getByText('Returning.', { exact: true })
    const before = await returned.count()
    await page.getByRole('button', { name: /^Type .*returning/ }).click()
    await expect.poll(() => returned.count(), { timeout: BOOT_MILLISECONDS }).toBe(before + 1)
    await stop(page)
  })

  it('tells what a file is that is dropped on it', async () => {
    const { page } = opened!
    const file = join(folder, 'kernel.txt')
    writeFileSync(file, 'no kernel at all, only text '.repeat(400))
    await chooseChain(page, /PXELINUX.*MultiBoot/)
    await drop(page, [file])
    const entry = page.getByRole('list', { name: 'Your files' }).getByRole('listitem')
    await entry.getByText('nothing else that Bootwire knows').waitFor()
    expect(await entry.getByRole('checkbox', { name: 'Use kernel.txt' }).isChecked()).toBe(true)
  })

  it("boots Darwin's way from what is dropped on it: boot loader, kernel, boot sectors, a folder of kexts", async () => {
    const { page } = opened!
    const extensions = join(folder, 'Extensions')
    mkdirSync(extensions, { recursive: true })
    makeDriverFolder(extensions)
    await chooseChain(page, /Chameleon/)
    await page.getByText('Everything is there').waitFor()
    expect(await cutOff(page)).toEqual([])
    await drop(page, [
      ...['samples/boot', 'disk/boot0', 'disk/boot1h', 'samples/mach_kernel'].map(built),
      extensions,
    ])
    await page.getByText('A folder of 4 kernel extensions.').waitFor()
    await startWithFiles(page)
    await expectKernel(page)
    await expectOnConsole(
      page,
      /^\/Extra\/Extensions\.mkext: [1-9]\d+ bytes/m,
      'Darwin Kernel Version 10.8.0: Bootwire stand-in',
    )
    await stop(page)
  })

  it('leads through every step to a booted target by keyboard alone, without an accessibility violation', async () => {
    const { page } = opened!
    const { keyboard } = page
    const violations: string[] = []
    const visit = async (title: RegExp) => {
      await expect.poll(() => heading(page).textContent()).toMatch(title)
      violations.push(...(await accessibilityViolations(page)).map((one) => `${title.source}: ${one}`))
      expect(await cutOff(page)).toEqual([])
    }
    /** Tab until the focused control has that name, as a person would. */
    const tabTo = async (name: string) => {
      for (let count = 0; count < 60; count += 1) {
        await keyboard.press('Tab')
        const focused = await page.evaluate(() => document.activeElement?.textContent.trim() ?? '')
        if (focused.includes(name)) return
      }
      throw new Error(`Tab never reaches "${name}"`)
    }

    await visit(/What do you want to boot/)
    await tabTo('A virtual target')
    await keyboard.press('Space')
    await tabTo('Choose how it boots')
    await keyboard.press('Enter')
    await visit(/How should the target boot/)
    await tabTo('PXELINUX')
    await keyboard.press('Space')
    await tabTo('Continue')
    await keyboard.press('Enter')
    await visit(/Which files/)
    await expect.poll(() => page.getByText('Everything is there').count()).toBe(1)
    await tabTo('Continue')
    await keyboard.press('Enter')
    await visit(/This is what will run/)
    expect(await page.getByRole('row').allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/pxelinux\.0/),
        expect.stringMatching(/made by Bootwire/),
      ]),
    )
    await tabTo('Start')
    await keyboard.press('Enter')
    await expectSampleKernel(page)
    await visit(/Kernel runs/)
    await stop(page)
    expect(violations).toEqual([])
  })
})
