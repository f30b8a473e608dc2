import { afterAll, afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { accessibilityViolations, noWindow, Profile, type OpenedApp } from './app.ts'
import { BOOT_MILLISECONDS, bootInTwoClicks, button, expectSampleKernel, heading, stop } from './walk.ts'

const profile = new Profile()
afterAll(() => profile.remove())

let opened: OpenedApp | undefined
beforeEach(async (context: TestContext) => {
  const reason = noWindow()
  if (reason !== undefined) context.skip(reason)
  opened = await profile.launch()
})
afterEach(async () => {
  const errors = opened?.errors ?? []
  await opened?.close()
  opened = undefined
  expect(errors).toEqual([])
})

describe('the desktop app', () => {
  it('boots a virtual target in two clicks', async () => {
    const { page } = opened!
    await bootInTwoClicks(page)
    await expectSampleKernel(page)

    await button(page, 'Type on it').click()
    await page.getByText('The target has the keyboard').waitFor()
    await page.keyboard.press('Tab')
    await page.getByText('The target has the keyboard').waitFor()
    await page.keyboard.press('Control+Alt')
    await page.getByText('Or click the screen').waitFor()
    await stop(page)
  })

  it("offers last time's set-up at the next launch", async () => {
    const { page } = opened!
    await page.getByRole('region', { name: 'Last time' }).getByText('Virtual, 512 MB').waitFor()
    await button(page, 'Start again').click()
    await expectSampleKernel(page)
    await stop(page)
  })

  it('types on the target what a chain says is to be typed', async () => {
    const { page } = opened!
    await page.getByRole('radio', { name: 'A virtual target' }).click()
    await button(page, 'Choose how it boots').click()
    await page.getByRole('radio', { name: /NetBoot/ }).click()
    await button(page, 'Continue').click()
    await page.getByText('Everything is there').waitFor()
    await button(page, 'Continue').click()
    await button(page, 'Start').click()
    await page.getByText('The target has passed every milestone.').waitFor({ timeout: BOOT_MILLISECONDS })
    await page.getByText('live', { exact: true }).waitFor()

    const log = page.getByRole('log', { name: 'Log' })
    const returned = log.getByText('Returning.', { exact: true })
    const before = await returned.count()
    await page.getByRole('button', { name: /^Type .*returning/ }).click()
    await expect.poll(() => returned.count(), { timeout: BOOT_MILLISECONDS }).toBe(before + 1)
    await stop(page)
  })

  it('leads through every step to a booted target by keyboard alone, without an accessibility violation', async () => {
    const { page } = opened!
    const { keyboard } = page
    const violations: string[] = []
    const visit = async (title: RegExp) => {
      await expect.poll(() => heading(page).textContent()).toMatch(title)
      violations.push(...(await accessibilityViolations(page)).map((one) => `${title.source}: ${one}`))
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
