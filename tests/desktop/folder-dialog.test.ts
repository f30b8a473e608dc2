/** The folder that targets mount, where the page has to ask for it itself. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it, type TestContext } from 'vitest'
import { accessibilityViolations, Profile } from './app.ts'
import { browser } from './faces.ts'
import { button, chooseChain } from './walk.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-exports-'))
const profile = new Profile()
afterAll(() => profile.remove())
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach((context: TestContext) => {
  const reason = browser.absent()
  if (reason !== undefined) context.skip(reason)
})

it('is chosen in a dialog of the page, by its path or by going there', async () => {
  mkdirSync(join(folder, 'exports', 'darwin'), { recursive: true })
  const opened = await browser.open(profile)
  const { page } = opened
  const choices = page.getByRole('region', { name: 'More choices' })
  const dialog = page.getByRole('dialog', { name: 'Choose the folder that targets mount' })
  const path = dialog.getByRole('textbox', { name: 'Path of the folder' })
  await chooseChain(page, /Chameleon/)

  await button(page, 'Choose').click()
  await path.fill(join(folder, 'nothing'))
  await path.press('Enter')
  await dialog.getByRole('alert').getByText('nothing is not there').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await choices.getByText('None chosen').waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent.trim())).toBe('Choose')

  await page.keyboard.press('Enter')
  await path.fill(folder)
  await path.press('Enter')
  await dialog.getByRole('button', { name: 'exports' }).click()
  await dialog.getByRole('button', { name: 'darwin' }).click()
  await dialog.getByText('No folders in here').waitFor()
  await button(page, 'Up').click()
  await dialog.getByRole('button', { name: 'darwin' }).waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await button(page, 'Use this folder').click()
  await choices.getByText(join(folder, 'exports'), { exact: true }).waitFor()
  expect(opened.errors).toEqual([])
  await opened.close()
})
