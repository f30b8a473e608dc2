/** What a person does in the wizard, the same in the desktop app and in a browser. */
import type { Page } from 'playwright'
import { expect } from 'vitest'

export const BOOT_MILLISECONDS = 90_000

export const heading = (page: Page) => page.getByRole('heading', { level: 1 })
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** From launch to a booting target: two clicks. */
export async function bootInTwoClicks(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Boot it').click()
}

/** From the first step to the files of a chain, for a virtual target. */
export async function chooseChain(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Choose how it boots').click()
  await page.getByRole('radio', { name }).click()
  await button(page, 'Continue').click()
}

/** Drops files and folders of this computer where files are given, as they come from a file manager. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const zone = page.getByRole('region', { name: 'Give files' })
  await zone.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await zone.boundingBox())!
  const debug = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await debug.send('Input.dispatchDragEvent', {
      type,
      x: x + width / 2,
      y: y + height / 2,
      data: { items: [], files: [...paths], dragOperationsMask: 1 },
    })
  await debug.detach()
}

/** What of the step reaches over the right edge of the window. */
export function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main section, main button, main p')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth)
      .map((element) => element.getAttribute('aria-label') ?? element.textContent.trim()),
  )
}

/** From the files of a chain to a target that boots from them. */
export async function startWithFiles(page: Page): Promise<void> {
  await page.getByText('Everything is there').waitFor()
  await button(page, 'Continue').click()
  await button(page, 'Start').click()
}

/** The kernel runs, and the timeline has every milestone on the way to it. */
export async function expectKernel(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Kernel runs' }).waitFor({ timeout: BOOT_MILLISECONDS })

  const milestones = page.getByRole('list', { name: 'Milestones' }).getByRole('listitem')
  const states = await milestones.allTextContents()
  expect(states.length).toBeGreaterThan(5)
  expect(states.filter((text) => !/reached after \d/.test(text))).toEqual([])
}

/** The sample kernel runs, and everything that the page shows of it is there. */
export async function expectSampleKernel(page: Page): Promise<void> {
  await expectKernel(page)
  await page.waitForFunction(litPixels, undefined, { timeout: 15_000 })
  await expectOnConsole(page, 'Reached the kernel. All is well.')
  await page.getByRole('tab', { name: 'Screen', exact: true }).click()
}

/** What the target has written to its serial port. */
export async function expectOnConsole(page: Page, ...texts: readonly (string | RegExp)[]): Promise<void> {
  await page.getByRole('tab', { name: 'Serial console' }).click()
  const lines = page.getByRole('log', { name: 'Serial console' })
  for (const text of texts) await lines.getByText(text).waitFor()
}

/** Ends the session: closing the window with a target at work would ask first. */
export async function stop(page: Page): Promise<void> {
  await button(page, 'Stop').click()
  await button(page, 'Start again').waitFor()
}

/** How many pixels of the target's screen are lit; 0 while there is none. Runs in the page. */
function litPixels(): number {
  const canvas = document.querySelector('canvas')
  if (canvas === null || canvas.width === 0) return 0
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  let lit = 0
  for (let index = 0; index < data.length; index += 4)
    if (data[index]! + data[index + 1]! + data[index + 2]! > 150) lit += 1
  return lit > 500 ? lit : 0
}
