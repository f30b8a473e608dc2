import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { AS_NOBODY } from '../lab/namespaces.ts'
import { noBuild, Running, type Page } from './running.ts'

/** Root needs no authorisation: it asks as somebody else. */
const asPerson = process.getuid?.() === 0 ? ['/usr/bin/setpriv', ...AS_NOBODY] : []

const options = {
  link: { kind: 'interface', name: 'lo' },
  chain: { id: 'pxelinux' },
  dhcp: { mode: 'off' },
}

describe('a session on a real interface that was not authorised', () => {
  let folder: string
  let running: Running | undefined
  beforeEach(({ skip }: TestContext) => {
    skip(process.platform !== 'linux', 'pkexec is of Linux')
    const reason = noBuild()
    if (reason !== undefined) skip(reason)
    folder = mkdtempSync(join(tmpdir(), 'bootwire-authorisation-'))
    chmodSync(folder, 0o755)
  })
  afterEach(async () => {
    await running?.close()
    rmSync(folder, { recursive: true })
  })

  async function open(path: string): Promise<Page> {
    running = await new Running({ PATH: path }, asPerson).ready()
    return (await running.connect({ token: running.token })) as Page
  }
  const answer = async (page: Page, ask: string, ...parameters: unknown[]) =>
    ((await page.say({ id: 1, ask, parameters })) as { reply: unknown }).reply

  function pkexec(status: number, words: string): string {
    writeFileSync(join(folder, 'pkexec'), `#!/bin/sh\necho '${words}' >&2\nexit ${status}\n`)
    chmodSync(join(folder, 'pkexec'), 0o755)
    return `${folder}${delimiter}${process.env['PATH'] ?? ''}`
  }

  it.each([
    [
      126,
      'Error executing command as another user: Request dismissed',
      'authorisation-refused',
      /Nothing was started/,
    ],
    [
      127,
      'Error executing command as another user: Not authorized',
      'authorisation-refused',
      /Not authorized/,
    ],
    [127, 'Error: No authentication agent found.', 'authorisation-impossible', /no authentication agent/],
  ])('(%i, %s) is told with what to do, and the app goes on', async (status, words, code, message) => {
    const page = await open(pkexec(status, words))
    expect(await answer(page, 'environment')).toMatchObject({ result: { elevation: 'asks' } })
    for (let attempt = 1; attempt <= 2; attempt += 1)
      expect(await answer(page, 'start', options)).toMatchObject({
        failure: { code, message: expect.stringMatching(message), remedies: expect.any(Array) },
      })
    expect(await answer(page, 'imports')).toMatchObject({ result: [] })
  })

  it('for want of pkexec is told before it is tried', async () => {
    const page = await open(`/nowhere`)
    expect(await answer(page, 'environment')).toMatchObject({ result: { elevation: 'impossible' } })
    expect(await answer(page, 'start', options)).toMatchObject({
      failure: { code: 'authorisation-impossible' },
    })
  })
})
