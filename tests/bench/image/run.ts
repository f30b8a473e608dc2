import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../../build/debian.mjs'
import { OURS, print, type Row } from '../row.ts'

const MEGABYTE = 1_000_000
const LARGE_FILES = 8
const LARGE_SIZE = 110 * MEGABYTE
const SMALL_FILES = 2000
const SMALL_SIZE = 60_000
const TOTAL = LARGE_FILES * LARGE_SIZE + SMALL_FILES * SMALL_SIZE
const ROUNDS = 3
/** Kernel extensions and their resources are many and small. */
const MANY_FILES = 200_000
const MANY_FOLDERS = 300
const MEMORY_LIMIT = 200
const COPY = 'cp -r'
/** How many times as long as a plain copy it may take: that has no catalog to make. */
const OF_COPY = 2

/**
 * Measures making a disk image of a gigabyte in files beside `cp -r` of the same folder, and genisoimage, which
 * makes the older HFS. Each takes the best of three rounds in turn, because writing to a disk is never even.
 * How much memory it takes is told for that folder, and for one of many small files. `buildProgram` is build.ts as it
 * was built.
 */
export function benchImage(buildProgram: string): Row[] {
  if (process.platform === 'win32') {
    console.log('Disk images are not measured: there is no cp.')
    return []
  }
  const work = mkdtempSync(join(tmpdir(), 'bootwire-bench-'))
  try {
    const folder = join(work, 'folder')
    const output = join(work, 'output')
    fill(folder)
    let memory = 0
    const makers: Record<string, () => unknown> = {
      [OURS]: () => {
        memory = Number(execFileSync(process.execPath, [buildProgram, folder, output]).toString())
      },
      [COPY]: () => execFileSync('cp', ['-r', folder, output]),
    }
    if (findProgram('genisoimage') === undefined) console.log('genisoimage is not there and is not measured.')
    else
      makers['genisoimage -hfs'] = () =>
        execFileSync('genisoimage', ['-quiet', '-hfs', '-o', output, folder], { stdio: 'ignore' })

    const rates = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, make] of Object.entries(makers)) {
        const began = performance.now()
        make()
        const rate = TOTAL / 1000 / (performance.now() - began)
        rates.set(name, Math.max(rate, rates.get(name) ?? 0))
        rmSync(output, { recursive: true })
      }
    const { [COPY]: copy = 0, ...others } = Object.fromEntries(rates)
    const times = Object.entries(others).map(([name, rate]) => [name, copy / rate] as const)
    const { [OURS]: ours = 0, ...peers } = Object.fromEntries(times)
    return [
      print({
        name: `HFS+ image of 1 GB, to cp -r at ${copy.toFixed(0)} MB/s`,
        unit: 'times',
        ours,
        peers,
        limit: OF_COPY,
      }),
      memoryRow('1 GB', memory),
      memoryRow(`${MANY_FILES.toLocaleString('en')} files`, memoryOfMany(work, buildProgram)),
    ]
  } finally {
    rmSync(work, { recursive: true })
  }
}

function memoryRow(what: string, memory: number): Row {
  const name = `HFS+ image of ${what}, memory at most`
  return print({ name, unit: 'MB', ours: memory / MEGABYTE, peers: {}, limit: MEMORY_LIMIT })
}

function memoryOfMany(work: string, buildProgram: string): number {
  const folder = join(work, 'many')
  for (let index = 0; index < MANY_FOLDERS; index++)
    mkdirSync(join(folder, `Extension ${index}.kext`), { recursive: true })
  for (let index = 0; index < MANY_FILES; index++) {
    const name = `resource of an extension ${index}.plist`
    writeFileSync(join(folder, `Extension ${index % MANY_FOLDERS}.kext`, name), index % 3 === 0 ? 'x' : '')
  }
  const output = join(work, 'many.img')
  return Number(execFileSync(process.execPath, [buildProgram, folder, output]).toString())
}

function fill(folder: string): void {
  mkdirSync(folder)
  for (let index = 0; index < LARGE_FILES; index++)
    writeFileSync(join(folder, `large ${index}`), randomBytes(LARGE_SIZE))
  const bytes = randomBytes(SMALL_SIZE)
  for (let index = 0; index < SMALL_FILES; index++) {
    if (index % 100 === 0) mkdirSync(join(folder, `folder ${index / 100}`))
    bytes.writeUInt32BE(index)
    writeFileSync(join(folder, `folder ${Math.floor(index / 100)}`, `small ${index}`), bytes)
  }
}
