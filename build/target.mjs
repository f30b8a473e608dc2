/**
 * Builds the programs that run on the target, from `resources/target` into `dist/target`. Plain Node: it runs
 * before anything is installed. The same sources give the same bytes on every computer.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'resources', 'target')
const output = join(root, 'dist', 'target')
/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * What is built, and of what: every C and assembler file of `folders` in `resources/target`. `elf` is an ELF file
 * for MultiBoot loaders; `flat` is the memory image alone, as firmware loads a network boot program.
 * @typedef {{ name: string, folders: string[], script: string, form: 'elf' | 'flat', link?: string[] }} Program
 * @type {Program[]}
 */
const programs = [
  {
    name: 'samples/hello.elf',
    folders: ['samples/hello', 'samples/checksum'],
    script: 'samples/hello/link.ld',
    form: 'elf',
  },
  {
    name: 'samples/mach_kernel',
    folders: ['samples/hello', 'samples/checksum', 'samples/mach_kernel'],
    script: 'samples/mach_kernel/link.ld',
    form: 'flat',
  },
  {
    name: 'samples/boot',
    folders: ['pxe', 'samples/boot', 'samples/checksum'],
    script: 'samples/boot/link.ld',
    form: 'flat',
  },
  {
    name: 'boot1pxe.0',
    folders: ['pxe', 'boot1pxe'],
    script: 'boot1pxe/link.ld',
    form: 'flat',
    // It moves, and needs to know the words that hold addresses.
    link: ['-pie', '--no-dynamic-linker', '-z', 'notext'],
  },
  { name: 'samples/nbp.0', folders: ['pxe', 'samples/nbp'], script: 'pxe/nbp.ld', form: 'flat' },
  { name: 'disk/boot0', folders: ['boot0'], script: 'boot0/link.ld', form: 'flat' },
  { name: 'disk/boot1h', folders: ['boot1h'], script: 'boot1h/link.ld', form: 'flat' },
]

const compile = [
  ...['-m32', '-march=i386', '-std=gnu11', '-Os', '-Wall', '-Wextra'],
  ...[
    '-ffreestanding',
    '-fno-builtin',
    '-fno-pic',
    '-fno-pie',
    '-fno-stack-protector',
    '-fcf-protection=none',
  ],
  ...['-fno-asynchronous-unwind-tables', '-fno-tree-loop-distribute-patterns', '-mgeneral-regs-only'],
  // With --gc-sections: what a program does not use of the shared parts is left out.
  ...['-ffunction-sections', '-fdata-sections'],
  `-ffile-prefix-map=${sources}=.`,
  `-DBOOTWIRE_VERSION="${version}"`,
]
/** Why `-n` and `noseparate-code`: see the linker scripts. */
const link = ['-m', 'elf_i386', '-n', '-z', 'noseparate-code', '--build-id=none', '--gc-sections', '-s']

/**
 * Builds what is older than its sources.
 * @returns {{ name: string, path: string, built: boolean, size: number }[]} every program, whether it had to be
 *   built, and its size in bytes
 * @throws {Error} which says what is missing, or shows what the compiler said
 */
export function buildTargets() {
  return programs.map((program) => {
    const path = join(output, program.name)
    const built = changed(path) < newestSource()
    if (built) build(program, path)
    return { name: program.name.replace(/\.elf$/, ''), path, built, size: statSync(path).size }
  })
}

/** Headers are shared across folders, so that a change anywhere may change any program. */
function newestSource() {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((file) => join(sources, file))
  return Math.max(...[...files, fileURLToPath(import.meta.url), join(root, 'package.json')].map(changed))
}

/** @type {(program: Program, path: string) => void} */
function build({ folders, script, form, link: more = [] }, path) {
  const prefix = toolPrefix()
  mkdirSync(dirname(path), { recursive: true })
  // Beside the result, so that the rename at the end is atomic when two builds run at once.
  const work = mkdtempSync(join(dirname(path), '.build-'))
  try {
    const files = folders.flatMap((folder) =>
      readdirSync(join(sources, folder))
        .sort()
        .map((file) => join(sources, folder, file)),
    )
    const objects = files
      .filter((file) => /\.[cS]$/.test(file))
      .map((file, index) => {
        const object = join(work, `${index}.o`)
        run(`${prefix}gcc`, [...compile, '-c', file, '-o', object])
        return object
      })
    const result = join(work, 'result')
    run(`${prefix}ld`, [...link, ...more, '-T', join(sources, script), '-o', result, ...objects])
    // `ld --oformat binary` would leave the list of a program that moves empty.
    if (form === 'flat') run(`${prefix}objcopy`, ['-O', 'binary', result])
    renameSync(result, path)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** A computer of another kind needs a cross compiler, whose tools carry a prefix. */
function toolPrefix() {
  const native = process.platform === 'linux' && ['x64', 'ia32'].includes(process.arch)
  const prefixes = native ? [''] : ['x86_64-elf-', 'i686-elf-', 'x86_64-linux-gnu-']
  const found = prefixes.find((prefix) =>
    ['gcc', 'ld', 'objcopy'].every(
      (tool) => spawnSync(prefix + tool, ['--version'], { stdio: 'ignore' }).status === 0,
    ),
  )
  if (found !== undefined) return found
  throw new Error(
    'The programs that run on the target need gcc and ld for x86, which were not found. ' +
      (native
        ? 'Install the Debian packages gcc and binutils: apt-get install gcc binutils'
        : 'Install a cross compiler: Homebrew x86_64-elf-gcc, or the Debian package gcc-x86-64-linux-gnu.'),
  )
}

/** @type {(command: string, args: string[]) => void} */
function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) throw new Error(`${command} could not be started: ${error.message}`)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\nended with ${status}:\n${stderr}`)
  if (stderr !== '') console.warn(stderr)
}

/**
 * Milliseconds since the epoch; zero for a file that is not there.
 * @type {(path: string) => number}
 */
function changed(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const { name, built, size } of buildTargets())
      console.log(`${name}: ${size} bytes, ${built ? 'built' : 'up to date'}`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
