/** The page alone, with a stand-in behind it: what is seldom seen, and what is much at once. */
import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { RemedyAction } from '../../electron/api/contract.ts'
import type { BootEvent } from '../../electron/api/desktop.ts'
import type { FakeOptions } from '../renderer/page/fake-desktop.ts'
import { openPage, type OpenPage } from '../renderer/page/page.ts'
import { bootUnderWay, options } from '../renderer/page/stories.ts'
import { noBuild } from '../browser/running.ts'
import { accessibilityViolations } from './app.ts'
import { launchChromium, noChromium } from './chromium.ts'
import { longestTask, recorderIn } from './frames.ts'
import { button, heading } from './walk.ts'

const absent = noBuild() ?? noChromium()
let browser: Browser
let opened: OpenPage | undefined
beforeAll(async () => {
  if (absent === undefined) browser = await launchChromium()
})
afterAll(async () => {
  if (absent === undefined) await browser.close()
})
beforeEach((context: TestContext) => {
  if (absent !== undefined) context.skip(absent)
})
afterEach(async () => {
  const errors = opened?.errors ?? []
  await opened?.close()
  opened = undefined
  expect(errors).toEqual([])
})

async function open(change: Partial<FakeOptions> = {}) {
  opened = await openPage(browser, { ...options, ...change })
  return opened.page
}

describe('the way to a real machine', () => {
  it.each(['light', 'dark'] as const)(
    'has no accessibility violation on any step, %s',
    async (colorScheme) => {
      const page = await open()
      await page.emulateMedia({ colorScheme })
      const violations: string[] = []
      const look = async () => violations.push(...(await accessibilityViolations(page)))

      await page.getByRole('radio', { name: 'A real machine' }).click()
      await look()
      await button(page, 'Continue').click()
      await page.getByRole('radio', { name: 'enp0s31f6' }).click()
      await look()
      await button(page, 'Continue').click()
      await page.getByRole('radio', { name: /Chameleon/ }).click()
      await look()
      await button(page, 'Continue').click()
      await page.getByText('Still missing').waitFor()
      await look()
      await button(page, 'Choose files').click()
      await page.getByText('Everything is there').waitFor()
      await look()
      await button(page, 'Continue').click()
      await look()
      await button(page, 'Start').click()
      await page.evaluate(
        (events) => window.fake.emit(events),
        bootUnderWay(Date.now() - 7000, undefined, 'enp0s31f6'),
      )
      await page.getByText('71 %').waitFor()
      await look()
      expect(violations).toEqual([])

      expect(await page.evaluate(() => window.fake.started)).toEqual([
        {
          link: { kind: 'interface', name: 'enp0s31f6', address: '10.77.0.1/24' },
          chain: expect.objectContaining({
            id: 'chameleon',
            imports: ['/home/ada/darwin/boot', '/home/ada/darwin/mach_kernel'],
          }),
          dhcp: { mode: 'full', force: false, allow: [], fixed: [] },
          exports: [],
        },
      ])
    },
  )

  it('says why it cannot go on, and where what is missing comes from', async () => {
    const page = await open()
    await expect.poll(() => page.locator('#next-note').textContent()).toBe('Choose what to boot.')
    await page.getByRole('radio', { name: 'A real machine' }).click()
    await button(page, 'Continue').click()
    expect(await page.locator('#next-note').textContent()).toMatch(/Choose the interface/)
    await button(page, 'Continue').click({ force: true })
    expect(await heading(page).textContent()).toMatch(/plugged in/)

    await page.getByRole('radio', { name: 'enp0s31f6' }).click()
    await button(page, 'Continue').click()
    await page.getByRole('radio', { name: /Chameleon/ }).click()
    await button(page, 'Continue').click()
    await page.getByText('Take it from a Chameleon 2.0 package').waitFor()
    expect(await button(page, 'Continue').getAttribute('aria-disabled')).toBe('true')
    expect(await button(page, 'Review').isDisabled()).toBe(true)
  })

  it('comes back to a finished step with everything that was chosen', async () => {
    const page = await open()
    await page.getByRole('radio', { name: 'A real machine' }).click()
    await button(page, 'Continue').click()
    await page.getByRole('radio', { name: 'enp0s31f6' }).click()
    await button(page, 'Continue').click()
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /^Interface/ })
      .click()
    expect(await page.getByRole('radio', { name: 'enp0s31f6' }).getAttribute('aria-checked')).toBe('true')
  })
})

describe('the interface step', () => {
  async function openInterfaces(change: Partial<FakeOptions> = {}) {
    const page = await open(change)
    await page.getByRole('radio', { name: 'A real machine' }).click()
    await button(page, 'Continue').click()
    return page
  }

  it('calls an interface risky where another DHCP server gave this computer its address, and names it', async () => {
    const page = await openInterfaces()
    await page.getByText('A DHCP server answered here: 192.168.188.1').waitFor()
    const advice = page.getByText('answer beside it, or connect the target by a cable of its own')
    expect(await advice.count()).toBe(0)
    await page.getByRole('radio', { name: 'enx00e04c680001' }).click()
    await advice.waitFor()
    await page.getByRole('radio', { name: /Answer beside another DHCP server/ }).click()
    expect(await advice.count()).toBe(0)
  })

  it('looks for other DHCP servers when asked to, and then calls the interface risky', async () => {
    const servers = [{ address: '10.77.0.9', offered: '10.77.0.130', isProxy: false }]
    const page = await openInterfaces({ others: { servers, remarks: [] } })
    await page.getByRole('radio', { name: 'enp0s31f6' }).click()
    expect(await page.getByText('recommended').count()).toBe(1)
    await button(page, 'Look for other DHCP servers').click()
    await page.getByText('A DHCP server is there: 10.77.0.9 offered 10.77.0.130.').waitFor()
    expect(await page.getByText('recommended').count()).toBe(0)
    await page.getByText('answer beside it, or connect the target').waitFor()
    expect(await page.evaluate(() => window.fake.calls)).toContain('look enp0s31f6')
    expect(await accessibilityViolations(page)).toEqual([])
  })

  it('says when it could not look, and what that takes', async () => {
    const page = await openInterfaces({
      lookFails: {
        code: 'authorisation-refused',
        message: 'It was not given.',
        remedies: ['Start again and authorise it.'],
      },
    })
    await page.getByRole('radio', { name: 'enp0s31f6' }).click()
    await button(page, 'Look for other DHCP servers').click()
    await page.getByRole('alert').getByText('Start again and authorise it.').waitFor()
  })
})

it('lets a MultiBoot kernel be chosen, its modules be ordered, and each be told something', async () => {
  const kernel = { kind: 'multiboot-kernel', description: 'A MultiBoot kernel.' }
  const files = [
    { name: 'xen', ...kernel },
    { name: 'bootstrap', ...kernel },
    { name: 'ramdisk', kind: 'unknown', description: 'Nothing that Bootwire knows.' },
    { name: 'mboot.c32', kind: 'syslinux-part', description: 'A part of Syslinux.' },
  ] as const
  const page = await open({ gives: { files, folder: [] } })
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Choose how it boots').click()
  await page.getByRole('radio', { name: /PXELINUX.*MultiBoot/ }).click()
  await button(page, 'Continue').click()
  const list = page.getByRole('region', { name: 'The kernel' }).getByRole('listitem')
  await list.getByText("Bootwire's sample kernel").waitFor()
  await button(page, 'Choose files').click()
  await list.getByText('ramdisk').waitFor()
  const order = async () =>
    (await list.allTextContents()).map((text) => /xen|bootstrap|ramdisk/.exec(text)?.[0])
  expect(await order()).toEqual(['xen', 'bootstrap', 'ramdisk'])

  await page.getByRole('textbox', { name: 'Kernel arguments' }).fill('dom0_mem=64M')
  await page.getByRole('textbox', { name: 'Arguments of ramdisk' }).fill('root=/dev/ram0')
  await button(page, 'Move ramdisk up').click()
  expect(await order()).toEqual(['xen', 'ramdisk', 'bootstrap'])
  await button(page, 'Make it the kernel: bootstrap').click()
  expect(await order()).toEqual(['bootstrap', 'ramdisk', 'xen'])
  expect(await button(page, 'Move xen down').isDisabled()).toBe(true)
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByRole('textbox', { name: 'Kernel arguments' }).fill('-v')

  await page.getByText('Everything is there').waitFor()
  await button(page, 'Continue').click()
  await button(page, 'Start').click()
  const at = (name: string) => `/home/ada/darwin/${name}`
  await expect
    .poll(() => page.evaluate(() => window.fake.started.map(({ chain }) => chain)))
    .toEqual([
      {
        id: 'pxelinux',
        imports: [at('mboot.c32')],
        kernel: at('bootstrap'),
        arguments: '-v',
        modules: [
          { path: at('ramdisk'), arguments: 'root=/dev/ram0' },
          { path: at('xen'), arguments: 'dom0_mem=64M' },
        ],
        loaderFolders: [],
      },
    ])
})

it('reviews what is in a folder that targets mount, by how much it is and by its first names', async () => {
  const page = await open()
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Choose how it boots').click()
  await page.getByRole('radio', { name: /PXELINUX.*MultiBoot/ }).click()
  await button(page, 'Continue').click()
  await page.getByText('Everything is there').waitFor()
  await button(page, 'Continue').click()
  const folder = page.getByText('10,000 files, 1.20 GB')
  await folder.waitFor()
  expect(await page.getByText('mach_kernel').isVisible()).toBe(false)
  await folder.click()
  await page.getByRole('list', { name: 'Files of /' }).getByText('mach_kernel').waitFor()
  await page.getByText('and 9,988 more').waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
})

it('shows a refused start beside the button, with each way out', async () => {
  const page = await open({
    startFails: {
      code: 'port-taken',
      message: 'UDP port 67 on wire is taken by dnsmasq (process 812).',
      remedies: ['Stop it with: sudo systemctl stop dnsmasq.'],
    },
  })
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Boot it').click()
  const alert = page.getByRole('alert').filter({ hasText: 'dnsmasq (process 812)' })
  await alert.getByText('systemctl stop dnsmasq').waitFor()
  expect(await heading(page).textContent()).toMatch(/What do you want to boot/)
})

it('shows no option of the command line, whatever went wrong', async () => {
  const remedies = RemedyAction.options.map(({ shape }) =>
    RemedyAction.parse({ action: shape.action.value, address: '10.77.0.1/24', protocol: 'UDP', port: 67 }),
  )
  const page = await open({ startFails: { code: 'failed', message: 'Everything at once.', remedies } })
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Boot it').click()
  const alert = page.getByRole('alert').filter({ hasText: 'Everything at once.' })
  await alert.waitFor()
  const ways = await alert.getByRole('listitem').count()
  const buttons = await alert.getByRole('button').count()
  // One of the buttons dismisses it.
  expect(ways + buttons - 1).toBe(remedies.length)
  expect(await alert.textContent()).not.toMatch(/(^|\s)--?[a-z]/)
  await button(page, 'Choose its address').click()
  expect(await heading(page).textContent()).toMatch(/plugged in/)
})

it('answers beside another DHCP server at a click, when one was found', async () => {
  const page = await open({
    startFails: {
      code: 'other-dhcp-server',
      message: 'Another DHCP server, 192.168.188.1, answers on enp0s31f6.',
      remedies: [
        { action: 'answer-beside' },
        'Connect the target by a cable of its own.',
        { action: 'answer-anyway' },
      ],
    },
  })
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await button(page, 'Boot it').click()
  await page.getByText('Connect the target by a cable of its own.').waitFor()
  expect(await page.getByRole('alert').getByRole('listitem').count()).toBe(1)
  await button(page, 'Answer beside it').click()
  await expect
    .poll(() => page.evaluate(() => window.fake.started.map(({ dhcp }) => dhcp.mode)))
    .toEqual(['proxy'])
})

it('says how to get QEMU instead of starting without it', async () => {
  const page = await open({ qemu: false })
  await page.getByRole('radio', { name: 'A virtual target' }).click()
  await page.getByText('sudo apt install qemu-system-x86').waitFor()
  expect(await button(page, 'Boot it').getAttribute('aria-disabled')).toBe('true')
})

it('tells that the boot service was given up, and starts it again at a click', async () => {
  const page = await open()
  await page.evaluate(() =>
    window.fake.service({ state: 'stopped', reason: 'the boot service ended with code 3' }),
  )
  const alert = page.getByRole('alert').filter({ hasText: 'ended with code 3. Nothing is served.' })
  await alert.getByText('close Bootwire and open it anew').waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  const asked = () => page.evaluate(() => window.fake.calls.filter((name) => name === 'environment').length)
  const before = await asked()
  await button(page, 'Start it again').click()
  await expect.poll(asked).toBe(before + 1)
  await page.evaluate(() => window.fake.service({ state: 'running' }))
  await expect.poll(() => alert.count()).toBe(0)
})

it('tells that the boot service died and when it comes back', async () => {
  const page = await open()
  await page.evaluate(() =>
    window.fake.service({
      state: 'restarting',
      reason: 'the boot service ended with SIGKILL',
      inMilliseconds: 2000,
      attempt: 1,
    }),
  )
  await page.getByRole('alert').getByText('SIGKILL').waitFor()
  await page.evaluate(() => window.fake.service({ state: 'running' }))
  await expect.poll(() => page.getByText('SIGKILL').count()).toBe(0)
})

describe('a session that is running', () => {
  it('is what a page that is opened later shows', async () => {
    const page = await open()
    await page.evaluate((events) => window.fake.emit(events), bootUnderWay(Date.now() - 7000))
    await expect.poll(() => heading(page).textContent()).toBe('Booting the virtual target')
    const bar = page.getByRole('progressbar', { name: 'puredarwin.img' })
    expect(await bar.getAttribute('aria-valuetext')).toMatch(/^42\.8 MB of 60\.1 MB · .*\/s · \d+ s left$/)
  })

  it('says what to try when a target is late', async () => {
    const page = await open()
    const events = bootUnderWay(Date.now() - 100_000)
      .filter((event) => event.type !== 'transfer-progress')
      .slice(0, -1)
    await page.evaluate((told) => window.fake.emit(told), events)
    await page.getByText('Try first:').getByText('use files of one version').waitFor()
  })

  it('filters its log', async () => {
    const page = await open()
    await page.evaluate((events) => window.fake.emit(events), bootUnderWay(Date.now() - 7000))
    const log = page.getByRole('log', { name: 'Log' })
    await log.getByText('pxelinux.cfg/01-52-54-00-12-34-56 not served (expected)').waitFor()
    await button(page, 'Show lines of routine').click()
    expect(await log.getByText('(expected)').count()).toBe(0)
    await page.getByRole('searchbox', { name: 'Filter the log' }).fill('MEMDISK 26')
    expect(await log.getByRole('paragraph').allTextContents()).toEqual([
      expect.stringMatching(/memdisk 26 KB in/),
    ])
  })

  it('takes a burst of 1,000 events and shows 64 clients without a frame over 50 ms', async () => {
    const page = await open()
    const recorder = recorderIn(browser)
    const now = Date.now()
    const [session, ...boot] = bootUnderWay(now - 7000, undefined, 'enp0s31f6')
    const ids = Array.from(
      { length: 64 },
      (_, index) => `52:54:00:00:00:${index.toString(16).padStart(2, '0')}`,
    )
    const clients: BootEvent[] = ids.flatMap((id, index) =>
      boot.map((event) => ({
        ...event,
        client: id,
        ...('address' in event ? { address: `10.77.0.${index + 100}` } : {}),
        ...('transfer' in event ? { transfer: index * 10 + event.transfer } : {}),
      })),
    )
    const emit = (events: readonly BootEvent[]) => page.evaluate((told) => window.fake.emit(told), events)
    await emit([session!, ...clients])
    await page.getByRole('button', { name: ids[63]! }).waitFor()
    await expect.poll(() => heading(page).textContent()).toBe('Booting 64 targets')

    // Made in the page: what carries them there is not the page's work.
    const burst = () =>
      page.evaluate((clientIds) => {
        window.fake.emit(
          Array.from({ length: 1000 }, (_, index) => ({
            at: Date.now(),
            type: 'file-missing',
            client: clientIds[index % clientIds.length]!,
            address: `10.77.0.${(index % clientIds.length) + 100}`,
            file: `System/Library/Extensions/Some.kext/${index}`,
            expected: false,
          })),
        )
      }, ids)
    expect(await longestTask(recorder, page, burst, 3000)).toBeLessThan(50)
    await page.getByRole('log', { name: 'Log' }).getByText('Some.kext/999').waitFor()

    const busy = () =>
      page.evaluate((clientIds) => {
        let round = 0
        const timer = setInterval(() => {
          window.fake.emit(
            clientIds.map((client, index) => ({
              at: Date.now(),
              type: 'transfer-progress',
              client,
              transfer: index * 10 + 4,
              bytes: 50_000_000 + round * 10_000,
            })),
          )
          round += 1
          if (round === 60) clearInterval(timer)
        }, 33)
      }, ids)
    expect(await longestTask(recorder, page, busy, 2500)).toBeLessThan(50)
  })
})
