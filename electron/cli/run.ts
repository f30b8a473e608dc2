import { dropPrivileges } from '../service/privileges.ts'
import { emptyTimeline, reduce, type Timeline } from '../clients/timeline.ts'
import type { BootEvent, StartOptions } from '../api/contract.ts'
import { ServiceError, type ServiceClient } from '../api/service-client.ts'
import { createPrinter } from './printer.ts'
import { openService } from './service.ts'

export interface Run {
  readonly service: ServiceClient
  readonly timeline: Timeline
  /**
   * Resolves with the first truthy answer of `test`, which is asked after every event, or with `undefined` when
   * the user interrupts or `seconds` have passed. Rejects when the service dies.
   */
  until<T>(
    test: (timeline: Timeline, event: BootEvent) => T | undefined,
    seconds?: number,
  ): Promise<T | undefined>
  readonly interrupted: boolean
  /** Stops the session and leaves nothing behind. */
  close(): Promise<void>
}

/** Starts a session in a boot service of its own and shows its events until it is closed. */
export async function startRun(
  options: StartOptions,
  { json = false }: { readonly json?: boolean },
): Promise<Run> {
  const printer = createPrinter(json)
  const watchers = new Set<(event: BootEvent) => void>()
  const stoppers = new Set<(reason: string | undefined) => void>()
  let timeline = emptyTimeline
  let interrupted = false

  const service = openService(
    (event) => {
      const before = timeline
      timeline = reduce(timeline, event)
      printer.show(event, before, timeline)
      for (const watch of watchers) watch(event)
    },
    (reason) => stoppers.forEach((stop) => stop(reason)),
  )
  const interrupt = () => {
    interrupted = true
    stoppers.forEach((stop) => stop(undefined))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

  const run: Run = {
    service,
    get timeline() {
      return timeline
    },
    get interrupted() {
      return interrupted
    },
    until(test, seconds) {
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void) => {
          watchers.delete(watch)
          stoppers.delete(stop)
          clearTimeout(timer)
          settle()
        }
        const watch = (event: BootEvent) => {
          const answer = test(timeline, event)
          if (answer) finish(() => resolve(answer))
        }
        const stop = (reason: string | undefined) =>
          finish(() =>
            reason === undefined
              ? resolve(undefined)
              : reject(new ServiceError({ code: 'service-ended', message: reason, remedies: [] })),
          )
        const timer = seconds === undefined ? undefined : setTimeout(() => stop(undefined), seconds * 1000)
        watchers.add(watch)
        stoppers.add(stop)
        if (interrupted) stop(undefined)
      })
    },
    async close() {
      await service.request({ name: 'stop' }).catch(() => {})
      await service.close()
      printer.close(timeline)
    },
  }
  try {
    await service.request({ name: 'start', options })
  } catch (error) {
    await run.close()
    if (!run.interrupted) throw error
  }
  return run
}

/** Runs a session on a real interface until it is interrupted. */
export async function runUntilInterrupted(
  options: StartOptions,
  display: { readonly json?: boolean },
): Promise<void> {
  const run = await startRun(options, display)
  try {
    // Only the service needed root, and only to open its sockets: this half only shows what it tells.
    dropPrivileges(options.user)
    await run.until(() => undefined)
  } finally {
    await run.close()
  }
}
