import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noBuild, Running, type Page } from './running.ts'

const NOT_ADMITTED = 4401
const WRONG_TOKEN = 'A'.repeat(32)

describe('browser mode', () => {
  let running: Running
  let page: Page
  beforeAll(async () => {
    if (noBuild() !== undefined) return
    running = await new Running().ready()
    // Refusals first: none of them may use the token up.
    expect(await running.connect({ token: WRONG_TOKEN })).toBe(NOT_ADMITTED)
    page = (await running.connect({ token: running.token })) as Page
  })
  beforeEach(({ skip }) => {
    const reason = noBuild()
    if (reason !== undefined) skip(reason)
  })
  afterAll(async () => {
    if (noBuild() === undefined) await running.close()
  })

  it('lets the page of the printed address in, and answers it', async () => {
    expect(page.key).toMatch(/^[\w-]{32}$/)
    expect(await page.say({ id: 1, ask: 'environment', parameters: [] })).toMatchObject({
      id: 1,
      reply: { result: { face: 'browser', version: expect.stringMatching(/^\d/) } },
    })
  })

  it('lets it in again by its key, and nobody by the token that was used', async () => {
    expect(await running.connect({ key: page.key })).toMatchObject({ key: page.key })
    expect(await running.connect({ token: running.token })).toBe(NOT_ADMITTED)
    expect(await running.connect({ key: running.token })).toBe(NOT_ADMITTED)
    expect(await running.connect({ key: WRONG_TOKEN })).toBe(NOT_ADMITTED)
  })

  it.each(['hello', '[]', 'null', '{}', { token: '' }, { token: 7 }, { id: 1, ask: 'stop', parameters: [] }])(
    'lets nobody in who says %j',
    async (junk) => {
      expect(await running.connect(junk)).toBe(NOT_ADMITTED)
    },
  )

  it.each(['http://evil.example', 'null', 'http://127.0.0.1', 'http://localhost:80'])(
    'refuses a page from %s, its key notwithstanding',
    async (origin) => {
      expect(await running.connect({ key: page.key }, { origin })).toBe(403)
      const bearer = { origin, authorization: `Bearer ${page.key}` }
      const upload = `/uploads?group=${crypto.randomUUID()}&name=file`
      expect((await running.fetch(upload, bearer, 'POST', 'x')).status).toBe(403)
    },
  )

  it('refuses requests by another name, as a rebound DNS name makes them', async () => {
    const host = `evil.example:${running.port}`
    expect((await running.fetch('/', { host })).status).toBe(421)
    expect(await running.connect({ key: page.key }, { host })).toBe(403)
  })

  it('serves the page by the policy of the desktop app, and no file beside it', async () => {
    const index = await running.fetch('/')
    expect(index.status).toBe(200)
    expect(index.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/)
    for (const path of [
      '/../node/service.js',
      '/%2e%2e/node/service.js',
      '/.env',
      '/downloads/x',
      '/screens/x',
    ])
      expect((await running.fetch(path)).status, path).toBe(404)
    expect((await running.fetch('/', {}, 'DELETE')).status).toBe(405)
  })

  it('answers junk from a page as such, and closes on what is no message', async () => {
    expect(await page.say({ id: 5, ask: 'start', parameters: [{ link: 'none' }] })).toMatchObject({
      id: 5,
      reply: { failure: { code: 'bad-request' } },
    })
    for (const ask of ['constructor', '__proto__', 'shutdown'])
      expect(await page.say({ id: 6, ask, parameters: [] })).toMatchObject({
        reply: { failure: { code: 'bad-request' } },
      })
    const other = (await running.connect({ key: page.key })) as Page
    expect(await other.say('{"id":1,"ask":"stop"}')).toBe(4400)
    expect(await page.say({ id: 7, ask: 'imports', parameters: [] })).toMatchObject({ reply: { result: [] } })
  })

  describe('with a file that a page sends', () => {
    const headers = () => ({ origin: running.origin, authorization: `Bearer ${page.key}` })
    const upload = (name: string, group: string = crypto.randomUUID()) =>
      running.fetch(
        `/uploads?${new URLSearchParams({ group, name }).toString()}`,
        headers(),
        'POST',
        'content',
      )
    let path: string
    beforeEach(async () => {
      const { status, text } = await upload('my kernel.elf')
      expect(status).toBe(200)
      path = (JSON.parse(text) as { path: string }).path
    })

    it('keeps it until its entry is forgotten', async () => {
      expect(readFileSync(path, 'utf8')).toBe('content')
      expect(path.startsWith(running.folder)).toBe(true)
      const told = await page.say({ id: 8, ask: 'importFiles', parameters: [[path]] })
      expect(told).toMatchObject({ reply: { result: [{ entry: { path, name: 'my kernel.elf' } }] } })
      await page.say({ id: 9, ask: 'forgetImport', parameters: [path] })
      expect(() => readFileSync(path)).toThrow('ENOENT')
    })

    it.each(['../out', '/etc/passwd', 'a/../../out', 'a\\..\\out', '.hidden', 'a//b', '', 'C:x', 'a\0b'])(
      'refuses the name %j',
      async (name) => {
        expect((await upload(name)).status).toBe(400)
      },
    )

    it('refuses a group that is none, and never writes over a file', async () => {
      expect((await upload('x', '../..')).status).toBe(400)
      const group = crypto.randomUUID()
      expect((await upload('x', group)).status).toBe(200)
      expect((await upload('x', group)).status).toBe(500)
    })

    it('takes none without the key', async () => {
      const wrong = { origin: running.origin, authorization: `Bearer ${WRONG_TOKEN}` }
      expect((await running.fetch('/uploads?group=x&name=y', wrong, 'POST', 'x')).status).toBe(403)
    })
  })
})
