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
        return (contents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences()
      }),
    )
    expect(preferences.length).toBe(1)
    expect(preferences[0]).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
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
          'lookForServers',
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
    const policy = (await page.reload())?.headers()['content-security-policy']
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
  })

  it('runs no script that was written into the page, and evaluates no text', async () => {
    const attempts = await page.evaluate(() => {
      const attempt = (work: () => unknown) => {
        try {
          work()
          return 'done'
        } catch (error) {
          return (error as Error).name
        }
      }
      // As somebody who had found a hole would try it.
      const all = () => [
        attempt(() => window.eval('1 + 1')),
        attempt(() => Reflect.construct(Function, ['return 1'])),
        attempt(() => {
          const script = document.createElement('script')
          script.append(document.createTextNode('window.smuggled = true'))
          document.body.append(script)
        }),
        attempt(() => document.body.setAttribute('onclick', 'window.smuggled = true')),
        attempt(() => (document.body.innerHTML = '<img src=x onerror="window.smuggled = true">')),
      ]
      // What a debugger evaluates is let off; a task of the page's own is not.
      return new Promise<string[]>((resolve) => setTimeout(() => resolve(all())))
    })
    expect(attempts).toEqual(['EvalError', 'EvalError', 'TypeError', 'TypeError', 'TypeError'])
    await page.evaluate(() => document.body.click())
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
        (error: unknown) => (error as Error).name,
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
    expect(requests).toContain('app://bootwire/')
    const outside = requests.filter(
      (url) => !/^app:\/\/bootwire\/|^data:|^ws:\/\/127\.0\.0\.1:\d+\/?$/.test(url),
    )
    expect(outside).toEqual([])
  })
})

/**
 * Calls a channel as the page's preload script does, from a page at `url` or from a frame inside of it; gives the answer
 * or the refusal. The window is a stranger's, with a preload script that can reach the gate.
 */
async function invokeFrom(
  url: string,
  channel: string,
  parameters: readonly unknown[],
  where: 'page' | 'frame' = 'page',
): Promise<unknown> {
  return app.evaluate(
    async ({ BrowserWindow, app: electron, session }, [address, name, given, place]) => {
      const preload = `${electron.getPath('userData')}/stranger.cjs`
      process.getBuiltinModule('node:fs').writeFileSync(
        preload,
        `const { contextBridge, ipcRenderer } = require('electron')
         contextBridge.exposeInMainWorld('invoke', (name, given) => ipcRenderer.invoke(name, ...given).then(
           (reply) => JSON.stringify({ reply }),
           (error) => JSON.stringify({ refused: error.message }),
         ))`,
      )
      const window = new BrowserWindow({
        show: false,
        webPreferences: {
          preload,
          nodeIntegrationInSubFrames: true,
          ...(place === 'page' ? {} : { partition: 'stranger' }),
        },
      })
      try {
        if (place === 'frame') {
          // Our page lets itself not be framed, and goes nowhere in a frame: this one has its origin and none of that.
          window.webContents.removeAllListeners('will-frame-navigate')
          session.fromPartition('stranger').protocol.handle('app', ({ url: asked }) => {
            const text = asked === address ? '<iframe src="/inner"></iframe>' : '<p>inner</p>'
            return new Response(text, { headers: { 'content-type': 'text/html' } })
          })
        }
        await window.loadURL(address)
        const { mainFrame } = window.webContents
        const call = `invoke(${JSON.stringify(name)}, ${JSON.stringify(given)})`
        if (place === 'page')
          return JSON.parse((await mainFrame.executeJavaScript(call)) as string) as unknown
        const [frame] = mainFrame.frames
        return {
          origin: frame?.origin,
          ...(JSON.parse((await frame?.executeJavaScript(call)) as string) as object),
        }
      } finally {
        window.destroy()
      }
    },
    [url, channel, parameters, where] as const,
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

  it('refuses a frame inside of its own page, of its own origin', async () => {
    expect(await invokeFrom(OWN, 'bootwire:chains', [], 'frame')).toMatchObject({
      origin: 'app://bootwire',
      refused: expect.stringContaining('not Bootwire'),
    })
  })

  it.each([
    ['bootwire:start', [{}]],
    ['bootwire:start', [null]],
    ['bootwire:start', []],
    ['bootwire:start', [{ link: { kind: 'wire' }, dhcp: {}, chain: { id: 'pxelinux' }, exec: 'rm' }]],
    ['bootwire:review', ['pxelinux']],
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
