/** What the two commands of the README, and the benchmark, do. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { requireForBoot } from './debian.mjs'
import { fetchElectron } from './electron.mjs'
import { fetchPeers, peerEnvironment } from './peers.mjs'
import { start } from './start.mjs'
import { attach, note, npm, script, step } from './step.mjs'

/**
 * @param {string | undefined} command
 * @param {string[]} parameters for the program that `start` starts
 * @returns {Promise<number>} the status to exit with
 */
export async function run(command, parameters) {
  switch (command) {
    case 'start':
      await prepare()
      return start(parameters)
    case 'test':
      await prepare()
      await preparePeers()
      await Promise.all([
        step('lint', () => npm(['run', '--silent', 'lint'])),
        step('check types', () => npm(['run', '--silent', 'typecheck'])),
        prepareWindow(),
      ])
      return attach(...script('vitest/vitest.mjs', ['run', ...parameters]))
    case 'bench':
      await prepare()
      await preparePeers()
      // A bundle like the one that it measures: running it through a transformer would cost the wrong side.
      await step('build the benchmark', () =>
        script('vite/bin/vite.js', ['build', '--app', '--mode', 'bench']),
      )
      Object.assign(process.env, peerEnvironment())
      return attach('node', ['dist/bench/run.js', ...parameters])
    case 'package':
      await prepare()
      return attach(
        ...script('electron-builder/cli.js', ['--config', 'build/electron-builder.mjs', ...parameters]),
      )
    default:
      console.error('Usage: node build/bootstrap.mjs start|test|bench|package')
      return 2
  }
}

async function prepare() {
  await requireForBoot()
  if (!packagesAreInstalled())
    await step('install npm packages', () => npm(['ci', '--no-audit', '--no-fund']))
  const { buildTargets } = await import('./target.mjs')
  /** @type {ReturnType<typeof buildTargets>} */
  let programs = []
  await step('build target programs', () => void (programs = buildTargets()), { quiet: true })
  const fresh = programs.filter(({ built }) => built).map(({ name, size }) => `${name} (${size} bytes)`)
  if (fresh.length > 0) note(`built ${fresh.join(', ')}`)
  if (buildIsOld()) await step('build', () => script('vite/bin/vite.js', ['build', '--app']))
}

async function preparePeers() {
  /** @type {string[]} */
  let missing = []
  await step('unpack foreign programs for tests', async () => void (missing = await fetchPeers()), {
    quiet: true,
  })
  if (missing.length > 0)
    note(`not found: ${missing.join(', ')}. Tests against these foreign programs will be skipped.`)
}

/** Milliseconds that the window's tests are worth waiting for, while lint and types are checked. */
const FETCH_LIMIT = 120_000

async function prepareWindow() {
  if ((await fetchElectron(FETCH_LIMIT)) === undefined)
    note("Electron's binary cannot be had. Tests of the desktop window will be skipped.")
}

/** Whether `node_modules` is what the lock file says, by the copy of it that npm keeps there. */
function packagesAreInstalled() {
  if (!existsSync('node_modules/.package-lock.json')) return false
  const wanted = packagesOf('package-lock.json')
  const installed = packagesOf('node_modules/.package-lock.json')
  return (
    Object.keys(installed).every((path) => wanted[path]?.version === installed[path].version) &&
    // An optional package is one for another operating system or processor.
    Object.keys(wanted).every((path) => path === '' || wanted[path].optional || path in installed)
  )
}

/** @param {string} path @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesOf(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

function buildIsOld() {
  const sources = ['electron', 'renderer', 'build', 'vite.config.ts', 'package-lock.json']
  const results = ['dist/node', 'dist/preload', 'dist/renderer']
  if (!results.every((path) => existsSync(path))) return true
  return newest(sources) > Math.min(...results.map((path) => newest([path])))
}

/** @param {string[]} paths @returns {number} when a file in them last changed, in milliseconds since 1970 */
function newest(paths) {
  let latest = 0
  for (const path of paths) {
    const status = statSync(path)
    latest = Math.max(latest, status.mtimeMs)
    if (status.isDirectory())
      latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))))
  }
  return latest
}
