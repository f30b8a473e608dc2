/**
 * The floors of the house, as lint rules. Imports go down: a folder may import its own files and those of lower
 * floors, never a neighbour on its floor and never anything above. CONTRIBUTING.md has the picture.
 */
import { fileURLToPath } from 'node:url'
import boundaries from 'eslint-plugin-boundaries'

/** From the top down; each inner list is one floor. */
const floors = [
  ['main', 'preload', 'browser', 'cli', 'renderer'],
  ['api'],
  ['service'],
  ['servers', 'machine', 'library'],
  ['chains', 'link', 'clients'],
  ['formats', 'protocols'],
]

/**
 * Milestones are part of a chain and of the timeline made from it; `clients` owns their words. Files are read
 * with the byte cursors of `protocols`.
 */
const neighbours = [
  { from: 'chains', to: ['clients'] },
  { from: 'formats', to: ['protocols'] },
]

/** A page in a sandbox knows the contract by its types and runs the reducer: nothing else of Node's side. */
const sandboxed = ['preload', 'renderer']

/** Pure floors turn bytes into values and back: what they answer depends on their arguments alone. */
const pure = ['formats', 'protocols']
const impureModules = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'process',
  'readline',
  'timers',
  'timers/promises',
  'tls',
  'worker_threads',
].flatMap((name) => [name, `node:${name}`])

/** Names of `electron` that reach out of the app or let something in: each has one file. */
const guarded = [
  { specifier: 'ipcMain', file: 'electron/main/ipc.ts' },
  { specifier: 'ipcRenderer', file: 'electron/preload/preload.ts' },
  { specifier: 'shell', file: 'electron/main/external.ts' },
]

const element = (/** @type {string | string[]} */ type) => ({ element: { type } })

const downward = floors.flatMap((floor, depth) => {
  const below = floors.slice(depth + 1).flat()
  return floor
    .filter((from) => !sandboxed.includes(from))
    .map((from) => ({ from: element(from), allow: { to: element([from, ...below]) } }))
})

const policies = [
  // Packages and Node's own modules are open to all, but for those named below.
  { allow: { to: { module: { origin: ['external', 'core'] } } } },
  ...downward,
  ...neighbours.map(({ from, to }) => ({ from: element(from), allow: { to: element(to) } })),
  ...sandboxed.flatMap((from) => [
    { from: element(from), allow: { to: element([from, 'clients']) } },
    { from: element(from), allow: { to: element('api'), dependency: { kind: 'type' } } },
    {
      from: element(from),
      disallow: { to: { module: { origin: 'core' } } },
      message:
        'This code runs in a sandboxed page, which has no Node: ask the main process by the contract in electron/api',
    },
  ]),
  {
    from: element(pure),
    disallow: { dependency: { source: impureModules } },
    message: 'A codec is pure: it has no socket, file, process or clock. Take what it needs as an argument',
  },
  {
    from: element(floors.flat().filter((type) => type !== 'link')),
    disallow: { to: { module: { source: 'koffi' } } },
    message: 'Only electron/link calls into the operating system by koffi: add what you need there',
  },
  {
    from: element(floors.flat().filter((type) => type !== 'main' && type !== 'preload')),
    disallow: { to: { module: { source: 'electron' } } },
    message: 'Only electron/main and electron/preload know Electron: the rest also runs under plain Node',
  },
  ...guarded.map(({ specifier, file }) => ({
    from: { file: { path: `!${file}` } },
    disallow: { to: { module: { source: 'electron' } }, dependency: { specifiers: [specifier] } },
    message: `Only ${file} may use ${specifier}: call the functions that it exports`,
  })),
]

const folders = floors.flat().map((type) => ({
  type,
  pattern: type === 'renderer' ? 'renderer' : `electron/${type}`,
  partialMatch: false,
}))

const htmlSinks = [
  {
    selector: 'AssignmentExpression > MemberExpression.left[property.name=/^(inner|outer)HTML$/]',
    message: 'Text from a packet must never become markup: use textContent or Svelte markup.',
  },
  {
    selector: 'CallExpression > MemberExpression.callee[property.name="insertAdjacentHTML"]',
    message: 'Text from a packet must never become markup: use textContent or Svelte markup.',
  },
]

/** @type {import('eslint').Linter.Config[]} */
export const walls = [
  {
    name: 'bootwire/floors',
    files: ['electron/**/*.ts', 'renderer/**/*.{ts,svelte}'],
    plugins: { boundaries },
    settings: {
      'boundaries/root-path': fileURLToPath(new URL('..', import.meta.url)),
      'boundaries/elements': folders,
      'import/resolver': { node: { extensions: ['.ts', '.svelte'] } },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkAllOrigins: true,
          policies,
          message: 'Imports go down the floors of the house only: see the layout in CONTRIBUTING.md',
        },
      ],
      'boundaries/no-unknown-files': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'ImportDeclaration[source.value=/^electron/] > :matches(ImportDefaultSpecifier, ImportNamespaceSpecifier)',
          message: 'Import what you use from electron by name, so that the walls can see it.',
        },
      ],
    },
  },
  {
    name: 'bootwire/pure',
    files: pure.map((floor) => `electron/${floor}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance', 'process', 'fetch', 'console'].map(
          (name) => ({
            name,
            message: 'A codec is pure: it has no clock, process or network.',
          }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'A codec has no clock: take the time as an argument.' },
        {
          object: 'Math',
          property: 'random',
          message: 'A codec is deterministic: take the value as an argument.',
        },
      ],
    },
  },
  {
    name: 'bootwire/no-markup-from-text',
    files: ['renderer/**/*.{ts,svelte}'],
    rules: { 'no-restricted-syntax': ['error', ...htmlSinks] },
  },
]
