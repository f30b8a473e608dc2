/** Runs what the bootstrap runs: quietly, one line a step, and with the whole output when a step fails. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A program and its parameters. @typedef {[command: string, parameters: string[]]} Invocation */

/** Told to the user as it is, without a stack. */
export class StepError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message)
    this.name = 'StepError'
  }
}

/** @param {string} text */
export const note = (text) => console.log(`bootwire: ${text}`)

/**
 * Does a step and says how long it took; `quiet` says nothing about one that took less than a second.
 * @param {string} title
 * @param {() => Invocation | void | Promise<void>} work what to run, or the work itself
 * @throws {StepError} with the program's output
 */
export async function step(title, work, { quiet = false } = {}) {
  const start = performance.now()
  try {
    const invocation = await work()
    if (invocation !== undefined) {
      const { status, output } = await capture(...invocation)
      if (status !== 0)
        throw new Error(output.trimEnd() || `${invocation.flat().join(' ')} ended with ${status}.`)
    }
  } catch (error) {
    throw new StepError(
      `${error instanceof Error ? error.message : String(error)}\nbootwire: ${title}: failed`,
    )
  }
  const seconds = (performance.now() - start) / 1000
  if (!quiet || seconds >= 1) note(`${title}: ${seconds.toFixed(1)} s`)
}

/**
 * Runs a program to its end, with no input. A program that cannot be started ends with -1.
 * @param {string} command
 * @param {string[]} parameters
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ status: number, output: string }>}
 */
export function capture(command, parameters, options = {}) {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(programOf(command), parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', (error) => resolve({ status: -1, output: `${command}: ${error.message}` }))
    child.on('close', (status, signal) =>
      resolve({ status: status ?? -1, output: signal ? `${output}${signal}` : output }),
    )
  })
}

/**
 * Gives a program this terminal until it ends.
 * @param {string} command
 * @param {string[]} parameters
 * @returns {Promise<number>} its status
 */
export function attach(command, parameters) {
  // Ctrl-C reaches the program too, which ends in its own time.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => {})
  return new Promise((resolve, reject) => {
    const child = spawn(programOf(command), parameters, { stdio: 'inherit' })
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', (error) => reject(new StepError(`${command} could not be started: ${error.message}`)))
    child.on('close', (status) => resolve(status ?? 1))
  })
}

/**
 * The npm that started this, or the one on the path.
 * @param {string[]} parameters
 * @returns {Invocation}
 */
export function npm(parameters) {
  const running = process.env.npm_execpath
  return running?.endsWith('.js') ? ['node', [running, ...parameters]] : ['npm', parameters]
}

/**
 * A program of `node_modules`, without the wrappers that differ between operating systems.
 * @param {string} path
 * @param {string[]} parameters
 * @returns {Invocation}
 */
export const script = (path, parameters) => ['node', [join('node_modules', path), ...parameters]]

/** @param {string} command */
const programOf = (command) => (command === 'node' ? process.execPath : command)
