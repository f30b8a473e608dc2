/** Combined images as the OSKit's mkmbimage makes them: one MultiBoot kernel out of one and its modules. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Part {
  readonly path: string
  /** What the kernel is told of it. */
  readonly string: string
}

/**
 * Links a boot adaptor, a table of the parts and the parts themselves to one ELF file at 1 MB. The table has start,
 * end and string of each, and ends with a null pointer; the kernel is the first.
 */
export function makeCombinedImage(parts: readonly Part[]): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'bootwire-mkmbimage-'))
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: work, stdio: 'pipe' })
  try {
    const names = parts.map(({ path }, index) => {
      copyFileSync(path, join(work, `part${index}`))
      return `part${index}`
    })
    const table = parts.flatMap(({ string }, index) => [
      `.long _binary_part${index}_start, _binary_part${index}_end, 1f`,
      '.data 2',
      `1: .asciz "${string}"`,
      '.data',
    ])
    writeFileSync(
      join(work, 'mods.S'),
      ['.data', '.globl boot_modules', 'boot_modules:', ...table, '.long 0', ''].join('\n'),
    )
    const compile = ['-m32', '-O1', '-ffreestanding', '-fno-pic', '-fno-stack-protector']
    const programs = resolve('tests/lab/programs')
    for (const [object, source] of [
      ['begin.o', join(programs, 'combined.S')],
      ['adapt.o', join(programs, 'combined.c')],
      ['mods.o', 'mods.S'],
    ] as const)
      run(
        'gcc',
        ...compile,
        '-fcf-protection=none',
        '-fno-asynchronous-unwind-tables',
        '-c',
        source,
        '-o',
        object,
      )
    const binaries = ['-format', 'binary', ...names, '-format', 'default']
    const objects = ['begin.o', 'adapt.o', 'mods.o', ...binaries]
    run('ld', '-m', 'elf_i386', '-Ttext', '100000', '-n', '-o', 'Image', ...objects)
    return readFileSync(join(work, 'Image'))
  } finally {
    rmSync(work, { recursive: true })
  }
}
