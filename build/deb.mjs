#!/usr/bin/env node
/**
 * Packs a .deb with dpkg-deb, which Debian has, in the place of fpm, which electron-builder would fetch: it takes
 * those of fpm's options that electron-builder gives (app-builder-lib, FpmTarget).
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

/** @type {{ type: 'string' }} */
const text = { type: 'string' }
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s: { ...text, short: 's' },
    t: { ...text, short: 't' },
    d: { ...text, short: 'd', multiple: true },
    force: { type: 'boolean' },
    name: text,
    version: text,
    architecture: text,
    maintainer: text,
    vendor: text,
    url: text,
    license: text,
    description: text,
    category: text,
    package: text,
    'after-install': text,
    'after-remove': text,
    'deb-priority': text,
    'deb-compression': text,
    'deb-recommends': { ...text, multiple: true },
  },
})
const { name, version, architecture, maintainer, description, package: output } = values
if (values.t !== 'deb' || !name || !version || !architecture || !maintainer || !description || !output) {
  console.error(
    'deb.mjs packs .deb files and stands in for fpm: electron-builder starts it, see build/electron-builder.mjs.',
  )
  process.exit(2)
}

const root = mkdtempSync(join(tmpdir(), 'bootwire-deb-'))
try {
  // It becomes `/` of the package, which everyone may enter.
  chmodSync(root, 0o755)
  for (const mapping of positionals) {
    const [from = '', to = ''] = mapping.split('=')
    const target = join(root, to)
    mkdirSync(dirname(target), { recursive: true })
    cpSync(from, target, { recursive: true, verbatimSymlinks: true })
  }
  const bytes = sizeOf(root)
  mkdirSync(join(root, 'DEBIAN'))
  writeFileSync(join(root, 'DEBIAN/control'), controlFile(Math.ceil(bytes / 1024)))
  copyScript(values['after-install'], 'postinst')
  copyScript(values['after-remove'], 'postrm')
  // The highest level takes minutes to save a tenth.
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '-z1', '--build', root, output], {
    stdio: 'inherit',
  })
} finally {
  rmSync(root, { recursive: true })
}

/** Debian Policy 5.3. @param {number} kibibytes */
function controlFile(kibibytes) {
  const [synopsis = '', ...rest] = String(description).trim().split('\n')
  const fields = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: maintainer,
    'Installed-Size': kibibytes,
    Depends: values.d?.join(', '),
    Recommends: values['deb-recommends']?.join(', '),
    Section: values.category ?? 'net',
    Priority: values['deb-priority'],
    Homepage: values.url,
    Description: [synopsis, ...rest.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  }
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('')
}

/** @param {string | undefined} from @param {string} to */
function copyScript(from, to) {
  if (from === undefined) return
  cpSync(from, join(root, 'DEBIAN', to))
  chmodSync(join(root, 'DEBIAN', to), 0o755)
}

/** @param {string} path @returns {number} bytes of all files in it */
function sizeOf(path) {
  const status = lstatSync(path)
  if (!status.isDirectory()) return status.size
  return readdirSync(path).reduce((sum, entry) => sum + sizeOf(join(path, entry)), 0)
}
