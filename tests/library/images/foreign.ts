/** Other people's readers of HFS+, as oracles for the images that are built here. */
import { spawnSync } from 'node:child_process'
import { findProgram } from '../../../build/debian.mjs'

/** What a foreign program said of an image. */
export interface Verdict {
  readonly status: number | null
  readonly output: string
}

const run = (program: string, ...parameters: readonly string[]): Verdict => {
  const { status, stdout, stderr } = spawnSync(program, parameters, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, LANG: 'C.UTF-8' },
  })
  return { status, output: `${stdout}${stderr}` }
}

export const isThere = (program: string): boolean => findProgram(program) !== undefined

/** Apple's own checker, which needs a bare volume. Its status is zero when nothing is wrong. */
export const fsck = (image: string): Verdict => run('fsck.hfsplus', '-d', '-n', '-f', image)

export const sevenZip = (image: string): Verdict => run('7zz', 't', image)

/** The paths and sizes that 7-Zip sees, by path without the volume's name. */
export function sevenZipList(image: string): Map<string, number> {
  const { output } = run('7zz', 'l', '-slt', '-ba', image)
  // A dot would end at the line separators that a name may contain.
  const found = [...output.matchAll(/^Path = ([^\n]*)\n(?:[^\n]+\n)*?Size = (\d*)\n/gm)]
  return new Map(
    found.map(([, path = '', size = '']) => [path.split('/').slice(1).join('/'), Number(size)] as const),
  )
}

/** A file on the volume, as 7-Zip reads it. */
export function sevenZipFile(image: string, path: string): Buffer {
  return spawnSync('7zz', ['x', '-so', image, path], { maxBuffer: 2 ** 30 }).stdout
}

/** libfshfs: the hierarchy of the volume, one path a line. */
export const fshfsinfo = (image: string): Verdict => run('fshfsinfo', '-H', image)
