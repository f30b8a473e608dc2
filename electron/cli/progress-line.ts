import { createLogUpdate } from 'log-update'
import { formatBytes } from '../clients/units.ts'
import { print } from './print.ts'

/** How far something long has come, in bytes. */
export interface ProgressLine {
  readonly show: (done: number, total: number) => void
  readonly close: () => void
}

const REDRAW_MILLISECONDS = 100

/** A line of JSON at a time for programs, a line drawn again for a person at a terminal, and nothing for a log. */
export function progressLine(json: boolean): ProgressLine {
  if (json)
    return {
      show: limited((done, total) => print(JSON.stringify({ type: 'progress', done, total }))),
      close: () => {},
    }
  if (!process.stderr.isTTY) return { show: () => {}, close: () => {} }
  const screen = createLogUpdate(process.stderr)
  const draw = (done: number, total: number) =>
    screen(
      `${formatBytes(done)} of ${formatBytes(total)} (${Math.floor((100 * done) / Math.max(1, total))} %)`,
    )
  return { show: limited(draw), close: () => screen.clear() }
}

function limited(show: ProgressLine['show']): ProgressLine['show'] {
  let last = -Infinity
  return (done, total) => {
    const now = performance.now()
    if (now - last < REDRAW_MILLISECONDS && done < total) return
    last = now
    show(done, total)
  }
}
