/** Where the window was, for the next launch. */
import { app, screen, type BrowserWindow, type Rectangle } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const WindowState = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }),
  maximized: z.boolean(),
})
type WindowState = z.infer<typeof WindowState>

const file = () => join(app.getPath('userData'), 'window.json')

/** Undefined the first time, and when the display that it was on is gone. */
export function loadWindowState(): WindowState | undefined {
  try {
    const state = WindowState.parse(JSON.parse(readFileSync(file(), 'utf8')))
    return isVisible(state.bounds) ? state : undefined
  } catch {
    return undefined
  }
}

/** Writes it down when the window closes: the page has nothing to wait for then. */
export function keepWindowState(window: BrowserWindow): void {
  window.on('close', () => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
    try {
      writeFileSync(file(), JSON.stringify(state))
    } catch {
      // It opens in the middle then.
    }
  })
}

function isVisible({ x, y, width, height }: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching({ x, y, width, height })
  const overlap = (from: number, length: number, otherFrom: number, otherLength: number) =>
    Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom)
  return (
    overlap(x, width, workArea.x, workArea.width) >= 200 &&
    overlap(y, height, workArea.y, workArea.height) >= 200
  )
}
