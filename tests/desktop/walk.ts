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

/** The sample kernel runs, and everything that the page shows of it is there. */
export async function expectSampleKernel(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Kernel runs' }).waitFor({ timeout: BOOT_MILLISECONDS })

  const milestones = page.getByRole('list', { name: 'Milestones' }).getByRole('listitem')
  const states = await milestones.allTextContents()
  expect(states.length).toBeGreaterThan(5)
  expect(states.filter((text) => !/reached after \d/.test(text))).toEqual([])

  await page.waitForFunction(litPixels, undefined, { timeout: 15_000 })
  await page.getByRole('tab', { name: 'Serial console' }).click()
  await page
    .getByRole('log', { name: 'Serial console' })
    .getByText('Reached the kernel. All is well.')
    .waitFor()
  await page.getByRole('tab', { name: 'Screen', exact: true }).click()
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
