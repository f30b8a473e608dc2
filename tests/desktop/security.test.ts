/** Electron's security checklist, held by the app that runs. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ElectronApplication, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { noWindow, Profile, type OpenedApp } from './app.ts'

const profile = new Profile()
let opened: OpenedApp | undefined
let app: ElectronApplication
let page: Page
/** A site of somebody else's, and what has asked it for anything. */
let elsewhere: Server
let site: string
const visitors: string[] = []

beforeAll(async () => {
  elsewhere = createServer(({ url = '' }, response) => {
    visitors.push(url)
    response.end('<title>elsewhere</title>')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  if (noWindow() !== undefined) return
  opened = await profile.launch()
  ;({ app, page } = opened)
  await page.getByRole('heading', { level: 1 }).waitFor()
})
afterAll(async () => {
  await opened?.close()
  await profile.remove()
  elsewhere.close()
})
beforeEach((context: TestContext) => {
  const reason = noWindow()
  if (reason !== undefined) context.skip(reason)
})

/** Puts an element into the page, and gives what came of it within half a second: `load`, `error`, or nothing. */
function insert(name: string, properties: Record<string, string>): Promise<string> {
  return page.evaluate(
    ([tag, set]) =>
      new Promise<string>((resolve) => {
        const element = Object.assign(document.createElement(tag), set)
        element.addEventListener('load', () => resolve('load'))
        element.addEventListener('error', () => resolve('error'))
        setTimeout(() => resolve('nothing'), 500)
        document.body.append(element)
      }),
    [name, properties] as const,
  )
}

describe('the window', () => {
  it('is sandboxed, isolated and without Node', async () => {
    const preferences = await app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => {
        const { getLastWebPreferences } = contents as unknown as { getLastWebPreferences(): object }
        return getLastWebPreferences.call(contents)
      }),
    )
    expect(preferences.length).toBe(1)
    expect(preferences[0]).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    })
    const names = ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron']
    expect(await page.evaluate((all) => all.filter((name) => name in window), names)).toEqual([])
  })

  it('gives its page the named functions of the contract and no more, and they cannot be replaced', async () => {
    const told = await page.evaluate(() => {
      const api = window.bootwire as unknown as Record<string, unknown>
      try {
        api['start'] = () => 'replaced'
      } catch {
        // A frozen object says so in strict code.
      }
      return { names: Object.keys(api).sort(), start: String(api['start']) }
    })
    expect(told.names).toEqual(
      [
        ...[
          'chains',
          'chooseFolder',
          'chooseImports',
          'environment',
          'forgetImport',
          'importFiles',
          'imports',
        ],
        ...[
          'interfaces',
          'lastSetup',
          'onEvents',
          'onImportProgress',
          'onServiceState',
          'resetTarget',
          'review',
        ],
        ...['saveCapture', 'saveJournal', 'screen', 'start', 'stop'],
      ].sort(),
    )
    expect(told.start).not.toContain('replaced')
  })

  it('comes by a scheme of its own, under a policy that allows nothing but its own files', async () => {
    expect(new URL(page.url()).protocol).toBe('app:')
    const policy = await page.evaluate(async () => (await fetch('./')).headers.get('content-security-policy'))
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(await page.evaluate(async () => (await fetch('./%2e%2e/node/main.js')).status)).toBe(404)
  })

  it('runs no script that was written into the page, and evaluates no text', async () => {
    await page.evaluate(() => {
      const script = document.createElement('script')
      try {
        script.text = 'window.smuggled = true'
      } catch {
        script.append('window.smuggled = true')
      }
      document.body.append(script)
      const button = document.createElement('button')
      button.setAttribute('id', 'smuggler')
      document.body.append(button)
    })
    const attempts = await page.evaluate(() => {
      const attempt = (work: () => unknown) => {
        try {
          work()
          return 'done'
        } catch (error) {
          return (error as Error).name
        }
      }
      // The page's own text, as somebody who had found a hole would try it.
      const evaluate = window.eval
      return [
        attempt(() => evaluate('1 + 1')),
        attempt(() => new Function('return 1')()),
        attempt(() => (document.body.innerHTML = '<img src=x onerror="window.smuggled = true">')),
      ]
    })
    expect(attempts.every((outcome) => outcome !== 'done')).toBe(true)
    expect(await page.evaluate(() => 'smuggled' in window)).toBe(false)
  })

  it('loads nothing from elsewhere', async () => {
    visitors.length = 0
    expect(await insert('img', { src: `${site}/image.png` })).toBe('error')
    expect(await insert('link', { rel: 'stylesheet', href: `${site}/style.css` })).not.toBe('load')
    expect(await insert('iframe', { src: `${site}/frame` })).not.toBe('nothing else')
    const fetched = await page.evaluate(
      (url) =>
        fetch(url).then(
          () => 'done',
          () => 'refused',
        ),
      `${site}/data`,
    )
    expect(fetched).toBe('refused')
    expect(visitors).toEqual([])
  })

  it('goes nowhere, and opens nothing', async () => {
    visitors.length = 0
    const before = page.url()
    await page.evaluate((url) => {
      window.open(url)
      const link = Object.assign(document.createElement('a'), {
        href: url,
        target: '_blank',
        textContent: 'out',
      })
      document.body.append(link)
      link.click()
      link.target = ''
      link.click()
      location.href = url
    }, site)
    await page.waitForTimeout(300)
    expect(page.url()).toBe(before)
    expect(app.windows()).toHaveLength(1)
    expect(visitors).toEqual([])
  })

  it('is given no permission', async () => {
    const states = await page.evaluate(async () => {
      const names = [
        'geolocation',
        'notifications',
        'camera',
        'microphone',
        'clipboard-read',
        'midi',
      ] as PermissionName[]
      const found = await Promise.all(names.map((name) => navigator.permissions.query({ name })))
      return [...new Set(found.map(({ state }) => state))]
    })
    expect(states).toEqual(['denied'])
    const asked = await page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ audio: true }).then(
        () => 'given',
        (error: Error) => error.name,
      ),
    )
    expect(asked).not.toBe('given')
  })

  it('asks nobody for anything in a whole boot', async () => {
    await app.evaluate(({ session }) => {
      const requests: string[] = []
      Object.assign(globalThis, { requests })
      session.defaultSession.webRequest.onBeforeRequest(({ url }, decide) => {
        requests.push(url)
        decide({})
      })
    })
    await page.reload()
    await page.getByRole('radio', { name: 'A virtual target' }).click()
    await page.getByRole('button', { name: 'Boot it', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Kernel runs' }).waitFor({ timeout: 90_000 })
    await page.evaluate(() => window.bootwire.stop())
    const requests = await app.evaluate(() => (globalThis as unknown as { requests: string[] }).requests)
    expect(requests.length).toBeGreaterThan(3)
    const outside = requests.filter(
      (url) => !/^app:\/\/bootwire\/|^data:|^ws:\/\/127\.0\.0\.1:\d+\/?$/.test(url),
    )
    expect(outside).toEqual([])
  })
})

/** Calls a channel as the page's preload script does, from a frame that `open` loads; gives the answer or the refusal. */
async function invokeFrom(url: string, channel: string, parameters: readonly unknown[]): Promise<unknown> {
  return app.evaluate(
    async ({ BrowserWindow, app: electron }, [address, name, given]) => {
      const { writeFileSync, mkdtempSync } = process.getBuiltinModule('node:fs')
      const { join } = process.getBuiltinModule('node:path')
      const preload = join(mkdtempSync(join(electron.getPath('temp'), 'bootwire-probe-')), 'preload.cjs')
      // A stranger's preload script, with Electron's own way to the gate.
      writeFileSync(
        preload,
        `const { contextBridge, ipcRenderer } = require('electron')
         contextBridge.exposeInMainWorld('invoke', (name, given) =>
           ipcRenderer.invoke(name, ...given).then((reply) => JSON.stringify({ reply }), (error) => JSON.stringify({ refused: error.message })))`,
      )
      const window = new BrowserWindow({
        show: false,
        webPreferences: { preload, nodeIntegrationInSubFrames: true },
      })
      try {
        await window.loadURL(address)
        const frame =
          address.startsWith('app:') || address.startsWith('data:')
            ? window.webContents.mainFrame
            : window.webContents.mainFrame
        const text = (await frame.executeJavaScript(
          `invoke(${JSON.stringify(name)}, ${JSON.stringify(given)})`,
        )) as string
        return JSON.parse(text) as unknown
      } finally {
        window.destroy()
      }
    },
    [url, channel, parameters] as const,
  )
}

describe('the gate', () => {
  const OWN = 'app://bootwire/'

  it('answers its own page', async () => {
    expect(await invokeFrom(OWN, 'bootwire:chains', [])).toMatchObject({
      reply: { result: expect.any(Array) },
    })
  })

  it.each(['bootwire:chains', 'bootwire:start', 'bootwire:listen', 'bootwire:unlisten'])(
    'refuses %s from a page of another origin',
    async (channel) => {
      const stranger = 'data:text/html,<title>stranger</title>'
      expect(await invokeFrom(stranger, channel, [])).toMatchObject({
        refused: expect.stringContaining('not Bootwire'),
      })
    },
  )

  it('refuses a frame inside of its own page', async () => {
    const told = await app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      const [frame] = window!.webContents.mainFrame.frames
      return frame === undefined ? 'no frame' : frame.origin
    })
    // The policy lets no page be framed; the gate would refuse it all the same (see below).
    expect(told).not.toBe('app://bootwire')
  })

  it.each([
    ['bootwire:start', [{}]],
    ['bootwire:start', [null]],
    ['bootwire:start', []],
    ['bootwire:start', [{ link: { kind: 'wire' }, dhcp: {}, chain: { id: 'pxelinux' }, exec: 'rm' }]],
    ['bootwire:review', ['x'.repeat(100_000)]],
    ['bootwire:importFiles', [['']]],
    ['bootwire:importFiles', [[7]]],
    ['bootwire:importFiles', ['/etc/passwd']],
    ['bootwire:chooseImports', ['devices']],
    ['bootwire:forgetImport', [['x']]],
    ['bootwire:stop', ['now', 'really']],
  ])('refuses junk for %s: %j', async (channel, parameters) => {
    expect(await invokeFrom(OWN, channel, parameters)).toMatchObject({
      reply: { failure: { code: 'bad-request' } },
    })
  })

  it.each([
    ['bootwire:listen', ['secrets', 1]],
    ['bootwire:listen', ['events', -1]],
    ['bootwire:listen', ['events', 'one']],
    ['bootwire:unlisten', []],
    ['bootwire:shutdown', []],
  ])('refuses %s with %j', async (channel, parameters) => {
    expect(await invokeFrom(OWN, channel, parameters)).toMatchObject({ refused: expect.any(String) })
  })
})
