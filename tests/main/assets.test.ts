import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assetPath } from '../../electron/api/page.ts'
import { serveAsset } from '../../electron/main/assets.ts'

let home: string
let page: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'bootwire-page-'))
  page = join(home, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  writeFileSync(join(page, 'index.html'), '<p>page</p>')
  writeFileSync(join(page, 'assets', 'main.js'), 'main()')
  writeFileSync(join(page, '.env'), 'secret')
  writeFileSync(join(home, 'secret.js'), 'secret')
  mkdirSync(join(home, 'page-other'))
  writeFileSync(join(home, 'page-other', 'secret.js'), 'secret')
})

afterAll(() => rmSync(home, { recursive: true }))

const get = (url: string, init?: RequestInit) => serveAsset(page, new Request(url, init))

describe("the page's own scheme", () => {
  test('serves the page and its files by their types', async () => {
    const index = await get('app://bootwire/')
    expect([index.status, index.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await index.text()).toBe('<p>page</p>')
    const script = await get('app://bootwire/assets/main.js')
    expect([await script.text(), script.headers.get('content-type')]).toEqual([
      'main()',
      'text/javascript; charset=utf-8',
    ])
  })

  test('sends the content security policy with every answer', async () => {
    for (const url of ['app://bootwire/', 'app://bootwire/nowhere.js']) {
      const policy = (await get(url)).headers.get('content-security-policy')
      expect(policy).toMatch(/^default-src 'none'/)
      // The target's screen is all that comes from elsewhere: QEMU's WebSocket on this computer, drawn by data: images.
      const rest = policy?.replace(' ws://127.0.0.1:*;', ';').replace("img-src 'self' data:;", '')
      expect(rest).not.toMatch(/unsafe|\*|https?:|wss?:|data:/)
    }
  })

  test.each([
    'app://bootwire/../secret.js',
    'app://bootwire/%2e%2e/secret.js',
    'app://bootwire/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    'app://bootwire/..%2fpage-other/secret.js',
    'app://bootwire/..%5csecret.js',
    'app://bootwire//etc/passwd.js',
    'app://bootwire/C:%5cWindows%5cwin.js',
    'app://bootwire/main.js%00.html',
    'app://bootwire/%E0%A4%A.js',
    'app://bootwire/.env',
    'app://elsewhere/index.html',
    'https://bootwire/index.html',
  ])('gives nothing for %s', async (url) => {
    const response = await get(url)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('secret')
  })

  test('a name can leave neither the folder nor the folder whose name begins alike', () => {
    expect(assetPath(page, '/..%2fpage-other%2fsecret.js')).toBeUndefined()
    expect(assetPath(page, '/assets/main.js')).toBe(join(page, 'assets', 'main.js'))
  })

  test('answers GET only', async () => {
    expect((await get('app://bootwire/', { method: 'POST', body: 'x' })).status).toBe(404)
  })
})
