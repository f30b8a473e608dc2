import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Computer } from './namespaces.ts'
import { until } from './namespaces.ts'

/** One line that a program reported. */
export type Report = Readonly<Record<string, unknown>>

/** A program inside a computer of the lab that is told lines and reports in JSON lines. */
export class Dialogue {
  readonly reports: Report[] = []
  readonly child: ChildProcess

  constructor(
    computer: Computer,
    program: string,
    parameters: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.child = computer.spawn(process.execPath, [program, ...parameters], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    })
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on('line', (line) =>
        this.reports.push(JSON.parse(line) as Report),
      )
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** The first report, from the one numbered `from`, for which `matches` holds. */
  async report(what: string, matches: (report: Report) => boolean, from = 0): Promise<Report> {
    return until(what, () => this.reports.slice(from).find(matches))
  }

  /** Waits until the program says that it works, and gives that report. */
  async ready(): Promise<Report> {
    const first = await this.report(
      'the program to be ready',
      ({ ready, error }) => (ready ?? error) !== undefined,
    )
    if (first['error'] !== undefined) throw new Error(`The program could not start: ${JSON.stringify(first)}`)
    return first
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  async end(): Promise<void> {
    await until('the program to end', () => this.ended)
  }
}
