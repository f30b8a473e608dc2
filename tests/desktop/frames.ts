import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, ElectronApplication, Page } from 'playwright'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** CPU time of the thread, in microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Traces what Chromium does. */
interface Recorder {
  start(categories: readonly string[]): Promise<unknown>
  /** The trace as JSON. */
  stop(): Promise<string>
}

const CATEGORIES = ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata']

/**
 * Runs `act` and tells the longest stretch, in milliseconds, for which the page's main thread could not have drawn a
 * frame, from then until `milliseconds` later. Counted in the thread's own CPU time: what else the computer does
 * meanwhile is no fault of the page.
 */
export async function longestTask(
  recorder: Recorder,
  page: Page,
  act: () => Promise<unknown>,
  milliseconds: number,
): Promise<number> {
  await recorder.start(CATEGORIES)
  await act()
  await page.waitForTimeout(milliseconds)
  const { traceEvents } = JSON.parse(await recorder.stop()) as { traceEvents: readonly TraceEvent[] }
  return longestOf(traceEvents)
}

export const recorderIn = (browser: Browser): Recorder => ({
  start: (categories) => browser.startTracing(undefined, { categories: [...categories] }),
  stop: async () => (await browser.stopTracing()).toString(),
})

export const recorderOf = (app: ElectronApplication): Recorder => ({
  start: (categories) =>
    app.evaluate(
      ({ contentTracing }, wanted) => contentTracing.startRecording({ included_categories: wanted }),
      [...categories],
    ),
  async stop() {
    const folder = await mkdtemp(join(tmpdir(), 'bootwire-trace-'))
    try {
      const path = join(folder, 'trace.json')
      await app.evaluate(({ contentTracing }, file) => contentTracing.stopRecording(file), path)
      return await readFile(path, 'utf8')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})

function longestOf(events: readonly TraceEvent[]): number {
  const mainThreads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  const tasks = events.filter(
    ({ name, pid, tid, tdur }) =>
      name === 'RunTask' && tdur !== undefined && mainThreads.has(`${pid}/${tid}`),
  )
  if (tasks.length === 0) throw new Error('The trace holds no task of the page.')
  return Math.max(...tasks.map(({ tdur }) => tdur! / 1000))
}
