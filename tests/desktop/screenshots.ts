/** Draws every step for the documentation, in light and in dark, into docs/screens. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { openPage } from '../renderer/page/page.ts'
import { bootUnderWay, options } from '../renderer/page/stories.ts'
import { noWindow, Profile } from './app.ts'
import { launchChromium, noChromium } from './chromium.ts'
import openDisplay from './setup.ts'
import { button, expectSampleKernel, stop } from './walk.ts'

const folder = fileURLToPath(new URL('../../docs/screens', import.meta.url))
const SIZE = { width: 1200, height: 760 }

/** Both looks of what the page shows. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForTimeout(150)
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) })
  }
}

/** A virtual target in the real app. */
async function shootVirtual(): Promise<void> {
  const profile = new Profile()
  const opened = await profile.launch()
  const { app, page } = opened
  try {
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
    }, SIZE)
    await page.getByRole('radio', { name: 'A virtual target' }).click()
    await shoot(page, '1-target')
    await button(page, 'Choose how it boots').click()
    await page.getByRole('radio', { name: /PXELINUX.*MultiBoot/ }).click()
    await shoot(page, '3-chain')
    await button(page, 'Continue').click()
    await page.getByText('Everything is there').waitFor()
    await button(page, 'Continue').click()
    await shoot(page, '5-review')
    await button(page, 'Start').click()
    await expectSampleKernel(page)
    await shoot(page, '6-watch')
    await stop(page)
  } finally {
    await opened.close()
    await profile.remove()
  }
}

/** A real machine, of which there is none here: the page with a stand-in behind it. */
async function shootMachine(): Promise<void> {
  const browser = await launchChromium()
  try {
    const { page } = await openPage(browser, options, SIZE)
    await page.getByRole('radio', { name: 'A real machine' }).click()
    await button(page, 'Continue').click()
    await page.getByRole('radio', { name: 'enp0s31f6' }).click()
    await shoot(page, '2-interface')
    await button(page, 'Continue').click()
    await page.getByRole('radio', { name: /Chameleon/ }).click()
    await button(page, 'Continue').click()
    await page.getByText('Still missing').waitFor()
    await shoot(page, '4-files-missing')
    await button(page, 'Choose files').click()
    await page.getByText('Everything is there').waitFor()
    await shoot(page, '4-files')
    await button(page, 'Continue').click()
    await button(page, 'Start').click()
    const events = bootUnderWay(Date.now() - 7300, undefined, 'enp0s31f6')
    await page.evaluate((told) => window.fake.emit(told), events)
    await page.getByText('71 %').waitFor()
    await shoot(page, '6-watch-machine')
  } finally {
    await browser.close()
  }
}

const closeDisplay = await openDisplay()
try {
  const reason = noWindow() ?? noChromium()
  if (reason !== undefined) throw new Error(`No screenshots can be made: ${reason}.`)
  await mkdir(folder, { recursive: true })
  await shootMachine()
  await shootVirtual()
} finally {
  await closeDisplay?.()
}
