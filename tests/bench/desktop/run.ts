/** The desktop app: from launch to a window that can be used, and how long its page is busy with a flood of events. */
import { _electron as electron, type ElectronApplication, type Page } from 'playwright'
import type { BootEvent } from '../../../electron/clients/events.ts'
import { noWindow, Profile } from '../../desktop/app.ts'
import { longestTask, recorderOf } from '../../desktop/frames.ts'
import provideDisplay from '../../desktop/setup.ts'
import { print, type Row } from '../row.ts'

/** A window may open in this many times what an empty one takes. */
const LAUNCH_LIMIT = 2
/** Milliseconds for which the page may not draw: longer is seen as a stumble. */
const FRAME_LIMIT = 50
const CLIENTS = 64
const BURST = 1000
/** Milliseconds for which it is watched. */
const WATCHED = 3000

/** @param empty the folder of an Electron app that does nothing but open a window */
export async function benchDesktop(empty: string): Promise<Row[]> {
  const removeDisplay = await provideDisplay()
  try {
    const reason = noWindow()
    if (reason !== undefined) {
      console.log(`Skipped: the desktop app ${reason}.`)
      return []
    }
    return [await launch(empty), ...(await flood())]
  } finally {
    await removeDisplay?.()
  }
}

/** The best of three launches each, in turns: the first reads both from the disk. */
async function launch(empty: string): Promise<Row> {
  const profile = new Profile()
  const { args, env } = await profile.command()
  const times: { ours: number[]; empty: number[] } = { ours: [], empty: [] }
  for (let round = 0; round < 3; round += 1) {
    times.ours.push(
      await timed({ args, env }, (page) => page.getByRole('radio', { name: 'A virtual target' }).waitFor()),
    )
    times.empty.push(
      await timed({ args: [empty, ...args.slice(1)], env }, (page) => page.getByRole('button').waitFor()),
    )
  }
  await profile.remove()
  const [ours, bare] = [Math.min(...times.ours), Math.min(...times.empty)]
  return print({
    name: 'desktop: launch to the first step',
    unit: 'ms',
    ours,
    peers: { 'empty Electron window': bare },
    limit: bare * LAUNCH_LIMIT,
  })
}

async function timed(
  options: { readonly args: string[]; readonly env: Record<string, string> },
  use: (page: Page) => Promise<void>,
): Promise<number> {
  const start = performance.now()
  const app = await electron.launch(options)
  try {
    await use(await app.firstWindow())
    return performance.now() - start
  } finally {
    await app.close()
  }
}

/** By the way that every event takes: from the main process, through the preload script, to the page. */
async function flood(): Promise<Row[]> {
  const profile = new Profile()
  const opened = await profile.launch()
  const { app, page } = opened
  try {
    await findEventsListener(app)
    await page.getByRole('radio', { name: 'A virtual target' }).click()
    await page.getByRole('button', { name: 'Boot it', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Kernel runs' }).waitFor({ timeout: 90_000 })
    await tell(app, [session(), ...Array.from({ length: CLIENTS }, (_, index) => discover(index))])
    await page.getByRole('button', { name: macOf(CLIENTS - 1) }).waitFor()

    const recorder = recorderOf(app)
    const burst = Array.from({ length: BURST }, (_, index) => missing(index))
    const longest = await longestTask(recorder, page, () => tell(app, burst), WATCHED)
    const running = Array.from({ length: CLIENTS }, (_, index) => started(index))
    await tell(app, running)
    const busy = () => tellEachFrame(app, CLIENTS, WATCHED)
    const smooth = await longestTask(recorder, page, busy, 0)
    return [
      row(`desktop: ${BURST} events at once, longest frame`, longest),
      row(`desktop: ${CLIENTS} clients with transfers, longest frame`, smooth),
    ]
  } finally {
    await opened.close()
    await profile.remove()
  }
}

const row = (name: string, ours: number) => print({ name, unit: 'ms', ours, peers: {}, limit: FRAME_LIMIT })

/** Notes the number by which the page listens to events, when the first are told. */
async function findEventsListener(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]!.webContents
    const send = contents.send.bind(contents)
    contents.send = (channel: string, ...told: unknown[]) => {
      const [listener, news] = told
      if (Array.isArray(news) && (news[0] as { type?: string } | undefined)?.type !== undefined)
        Object.assign(globalThis, { tell: (events: unknown) => send(channel, listener, events) })
      send(channel, ...told)
    }
  })
}

async function tell(app: ElectronApplication, events: readonly BootEvent[]): Promise<void> {
  await app.evaluate((_electron, told) => {
    ;(globalThis as unknown as { tell(events: unknown): void }).tell(told)
  }, events)
}

/** Each client's transfer goes on, sixty times a second. */
async function tellEachFrame(app: ElectronApplication, clients: number, milliseconds: number): Promise<void> {
  await app.evaluate(
    (_electron, [count, duration]) =>
      new Promise<void>((resolve) => {
        const main = globalThis as unknown as { tell(events: unknown): void }
        const end = Date.now() + duration
        let bytes = 0
        const timer = setInterval(() => {
          bytes += 50_000
          const at = Date.now()
          main.tell(
            Array.from({ length: count }, (_, index) => ({
              at,
              type: 'transfer-progress',
              transfer: 10_000 + index,
              bytes,
            })),
          )
          if (at < end) return
          clearInterval(timer)
          resolve()
        }, 16)
      }),
    [clients, milliseconds] as const,
  )
}

/** Of real targets: of a virtual one there is never more than one. */
const session = (): BootEvent => ({
  at: Date.now(),
  type: 'session-started',
  chain: 'pxelinux',
  chainTitle: 'PXELINUX',
  milestones: [
    { id: 'heard', title: 'Heard', trigger: { on: 'heard' }, usualSeconds: 10, advice: 'Turn it on.' },
    {
      id: 'kernel',
      title: 'Kernel fetched',
      trigger: { on: 'transfer-complete', file: 'mach_kernel' },
      usualSeconds: 60,
      advice: 'Wait.',
    },
  ],
  link: { name: 'enp0s31f6', address: '10.77.0.1', prefixLength: 24, mac: '02:00:0a:4d:00:01' },
  dhcp: 'full',
  allow: [],
  services: [],
  files: [],
})

const macOf = (index: number) => `52:54:00:00:00:${index.toString(16).padStart(2, '0')}`

const discover = (index: number): BootEvent => ({
  at: Date.now(),
  type: 'dhcp-received',
  client: macOf(index),
  message: 'DISCOVER',
  firmware: 'bios',
})

const missing = (index: number): BootEvent => ({
  at: Date.now(),
  type: 'file-missing',
  client: macOf(index % CLIENTS),
  address: '10.77.0.100',
  file: `pxelinux.cfg/${index}`,
  expected: true,
})

const started = (index: number): BootEvent => ({
  at: Date.now(),
  type: 'transfer-started',
  client: macOf(index),
  transfer: 10_000 + index,
  protocol: 'tftp',
  address: '10.77.0.100',
  file: 'mach_kernel',
  size: 20_000_000,
  blockSize: 1408,
  windowSize: 4,
})
