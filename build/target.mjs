/**
 * Builds the programs that run on the target, from `resources/target` into `dist/target`. Plain Node: it runs
 * before anything is installed. The same sources give the same bytes on every computer.
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = join(root, 'resources', 'target')
const output = join(root, 'dist', 'target')
/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** @type {(name: string) => Program} */
function sampleKernel(name) {
  const folder = `samples/${name}`
  return {
    name: `${folder}.elf`,
    folders: ['samples/shared', 'samples/checksum', folder],
    script: 'samples/shared/link.ld',
    form: 'elf',
  }
}

/** Parameters in registers, and no tables that would have to move with the program: all of it for size. */
const SMALLER = [
  '-mregparm=3',
  '-march=i586',
  '-malign-data=abi',
  '-fno-jump-tables',
  '-fno-tree-switch-conversion',
]

/**
 * What is built, and of what: every C and assembler file of `folders` in `resources/target`. `elf` is an ELF file
 * for MultiBoot loaders; `flat` is the memory image alone, as firmware loads a network boot program. A program with
 * `moves` gets a table of its own addresses, and a `stub` carries the image of another program, packed.
 * @typedef {{
 *   name: string, folders: string[], script: string, form: 'elf' | 'flat',
 *   moves?: boolean, stub?: string, compile?: string[], link?: string[],
 * }} Program
 * @type {Program[]}
 */
const programs = [
  ...['hello', 'returning', 'trampling', 'rerouting', 'faulting'].map(sampleKernel),
  {
    name: 'samples/mach_kernel',
    folders: ['samples/shared', 'samples/mach_kernel'],
    script: 'samples/mach_kernel/link.ld',
    form: 'flat',
  },
  {
    name: 'samples/boot',
    folders: ['pxe', 'samples/stage', 'samples/boot', 'samples/checksum'],
    script: 'samples/stage/link.ld',
    form: 'flat',
  },
  {
    name: 'samples/disktest',
    folders: ['pxe', 'samples/stage', 'samples/disktest'],
    script: 'samples/stage/link.ld',
    form: 'flat',
  },
  {
    name: 'boot1pxe.0',
    folders: ['pxe', 'gzip', 'boot1pxe'],
    script: 'boot1pxe/link.ld',
    form: 'flat',
    // It moves, and needs to know the words that hold addresses.
    link: ['-pie', '--no-dynamic-linker', '-z', 'notext'],
  },
  { name: 'samples/nbp.0', folders: ['pxe', 'samples/nbp'], script: 'pxe/nbp.ld', form: 'flat' },
  { name: 'disk/boot0', folders: ['boot0'], script: 'boot0/link.ld', form: 'flat' },
  { name: 'disk/boot1h', folders: ['boot1h'], script: 'boot1h/link.ld', form: 'flat' },
  {
    name: 'netboot/netboot.mb',
    folders: ['pxe', 'net', 'gzip', 'netboot'],
    script: 'netboot/link.ld',
    form: 'elf',
    moves: true,
    compile: SMALLER,
  },
  {
    name: 'netboot/netboot.0',
    folders: ['pxe', 'gzip', 'netboot/stub'],
    script: 'netboot/stub/link.ld',
    form: 'flat',
    stub: 'netboot/netboot.mb',
    compile: SMALLER,
  },
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
  // No vector registers, so that nothing needs a stack on 16 bytes; keeping it so would take a tenth more code.
  '-mpreferred-stack-boundary=2',
  // With --gc-sections: what a program does not use of the shared parts is left out.
  ...['-ffunction-sections', '-fdata-sections'],
  `-ffile-prefix-map=${sources}=.`,
  `-DBOOTWIRE_VERSION="${version}"`,
]
/** Why `-n` and `noseparate-code`: see the linker scripts. */
const link = [
  '-m',
  'elf_i386',
  '-n',
  '-z',
  'noseparate-code',
  '--build-id=none',
  '--gc-sections',
  '--no-warn-rwx-segments',
  '-s',
]

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
function build(program, path) {
  mkdirSync(dirname(path), { recursive: true })
  // Beside the result, so that the rename at the end is atomic when two builds run at once.
  const work = mkdtempSync(join(dirname(path), '.build-'))
  try {
    renameSync(make(program, work), path)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * Compiles and links a program in an empty folder, and gives the result's path.
 * @type {(program: Program, work: string) => string}
 */
function make({ folders, script, form, moves, stub, compile: definitions = [], link: more = [] }, work) {
  const gcc = `${toolPrefix()}gcc`
  if (stub !== undefined) {
    const payload = join(work, 'payload')
    writeFileSync(payload, packedImage(stub, mkdtempSync(join(work, 'stub-'))))
    definitions = [...definitions, `-DPAYLOAD="${payload}"`]
  }
  const objects = folders
    .flatMap((folder) =>
      readdirSync(join(sources, folder))
        .filter((file) => /\.[cS]$/.test(file))
        .sort()
        .map((file) => join(sources, folder, file)),
    )
    .map((file, index) => {
      const object = join(work, `${index}.o`)
      run(gcc, [...compile, ...definitions, '-c', file, '-o', object])
      return object
    })
  if (moves) objects.push(relocations(objects, script, work))
  return linked(objects, script, form, join(work, 'result'), more)
}

/** @type {(objects: string[], script: string, form: 'elf' | 'flat', path: string, more?: string[]) => string} */
function linked(objects, script, form, path, more = []) {
  const places = ['-L', sources, '-T', join(sources, script), '-o', path]
  run(`${toolPrefix()}ld`, [...link, ...more, ...places, ...objects])
  // In two steps: what ld writes as a flat file has all sections, used or not, and an empty list of moved words.
  if (form === 'flat') run(`${toolPrefix()}objcopy`, ['-O', 'binary', path])
  return path
}

/** A multiple of any alignment within, whose lowest byte is not zero: a difference begins where an address does. */
const DISTANCE = 0x11111180
const HOME = 0x100000

/**
 * Links twice, to two addresses: where the images differ, there is an address that a program must mend when it
 * moves. Gives an object with the table that `resources/target/netboot/settle.c` reads.
 * @type {(objects: string[], script: string, work: string) => string}
 */
function relocations(objects, script, work) {
  const [here, there] = [HOME, HOME + DISTANCE].map((base) =>
    readFileSync(linked(objects, script, 'flat', join(work, `at-${base}`), ['--defsym', `base=${base}`])),
  )
  if (!here || !there || here.length !== there.length)
    throw new Error(`${script}: the program has another size at another address.`)
  /** @type {number[]} */
  const table = []
  let last = 0
  for (let at = 0; at + 4 <= here.length; at++) {
    if (here[at] === there[at]) continue
    if ((there.readUInt32LE(at) - here.readUInt32LE(at)) >>> 0 !== DISTANCE)
      throw new Error(`${script}: at ${at} is an address that cannot be moved.`)
    const step = at - last
    table.push(...(step > 0 && step < 256 ? [step] : [0, step & 255, step >> 8]))
    last = at
    at += 3
  }
  const source = join(work, 'relocations.S')
  const head = '.section .note.GNU-stack, "", @progbits\n.section .moves, "a"\n'
  writeFileSync(source, `${head}.byte ${[...table, 0, 0, 0].join(', ')}\n`)
  run(`${toolPrefix()}gcc`, [...compile, '-c', source, '-o', `${source}.o`])
  return `${source}.o`
}

/**
 * A program's image for a stub, as a gzip file: small, and with no MultiBoot header to be seen, for which iPXE would
 * take the stub for a MultiBoot kernel.
 * @type {(name: string, work: string) => Buffer}
 */
function packedImage(name, work) {
  const program = programs.find((one) => one.name === name)
  if (program === undefined) throw new Error(`There is no program ${name}.`)
  const packed = gzipSync(readFileSync(make({ ...program, form: 'flat' }, work)), { level: 9 })
  packed[OPERATING_SYSTEM] = UNKNOWN
  return packed
}
/** Where zlib writes what it runs on into a gzip header. RFC 1952 section 2.3.1. */
const OPERATING_SYSTEM = 9
const UNKNOWN = 255

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
