import { createLogUpdate } from 'log-update'
import colors from 'picocolors'
import type { BootEvent } from '../api/contract.ts'
import { describe, newMilestones, type LogLine, type Topic } from '../clients/describe.ts'
import type { Timeline } from '../clients/timeline.ts'
import { formatSeconds, formatTime } from '../clients/units.ts'
import { renderTimeline } from './timeline-view.ts'

/** Shows a session's events. `close` prints what should stay on the screen. */
export interface Printer {
  show(event: BootEvent, before: Timeline, after: Timeline): void
  close(timeline: Timeline): void
}

/** One event a line for programs; a live timeline for a person at a terminal; plain lines for a pipe or a log. */
export function createPrinter(json: boolean): Printer {
  if (json) return jsonPrinter
  return process.stdout.isTTY ? livePrinter() : plainPrinter
}

const jsonPrinter: Printer = {
  show: (event) => print(JSON.stringify(event)),
  close: () => {},
}

const plainPrinter: Printer = {
  show(event, before, after) {
    for (const text of linesOf(event, before, after)) print(text)
  },
  close: () => {},
}

const REDRAW_MILLISECONDS = 100

/** News scroll by above; below them the timeline is drawn again in place, at most ten times a second. */
function livePrinter(): Printer {
  const screen = createLogUpdate(process.stdout)
  let latest: Timeline | undefined
  const draw = () => {
    if (latest !== undefined) screen(renderTimeline(latest, Date.now(), process.stdout.columns))
  }
  const timer = setInterval(draw, REDRAW_MILLISECONDS)
  return {
    show(event, _before, after) {
      latest = after
      const line = describe(event, after)
      if (line === undefined || line.quiet) return
      for (const text of [formatLine(event.at, line), ...hintLines(event)]) screen.persist(text)
      draw()
    },
    close(timeline) {
      clearInterval(timer)
      if (latest !== undefined) screen(renderTimeline(timeline, Date.now(), process.stdout.columns))
      screen.done()
    },
  }
}

function linesOf(event: BootEvent, before: Timeline, after: Timeline): readonly string[] {
  const line = describe(event, after)
  const lines = line === undefined ? [] : [formatLine(event.at, line), ...hintLines(event)]
  for (const { client, title, seconds } of newMilestones(before, after))
    lines.push(
      `${formatTime(event.at)}  ${colors.green('●')}        ${client} ${title} +${formatSeconds(seconds)}`,
    )
  return lines
}

/** What a person does at the target, or should know, below the line that tells of the session. */
function hintLines(event: BootEvent): readonly string[] {
  const hints = event.type === 'session-started' ? (event.hints ?? []) : []
  return hints.flatMap(({ text, type }) => [
    formatLine(event.at, { topic: 'Advice', text, quiet: false }),
    ...(type === undefined ? [] : [`${' '.repeat(23)}${colors.bold(type)}`]),
  ])
}

function formatLine(at: number, { topic, text, quiet }: LogLine): string {
  const body = quiet ? colors.dim(text) : text
  return `${colors.dim(formatTime(at))}  ${topicColour(topic)(topic.padEnd(8))} ${body}`
}

function topicColour(topic: Topic): (text: string) => string {
  if (topic === 'Advice') return colors.yellow
  if (topic === 'Stopped') return colors.red
  return topic === 'Target' ? colors.cyan : colors.blue
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
