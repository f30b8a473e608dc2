import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { PlanError } from '../../electron/chains/chain.ts'
import { findSyslinux } from '../../electron/library/syslinux.ts'

const root = mkdtempSync(join(tmpdir(), 'bootwire-syslinux-'))
afterAll(() => rmSync(root, { recursive: true }))

const debian = {
  'pxelinux.0': '/usr/lib/PXELINUX/pxelinux.0',
  'ldlinux.c32': '/usr/lib/syslinux/modules/bios/ldlinux.c32',
  'libcom32.c32': '/usr/lib/syslinux/modules/bios/libcom32.c32',
  'mboot.c32': '/usr/lib/syslinux/modules/bios/mboot.c32',
}
type Name = keyof typeof debian
const installed = Object.values(debian).every((path) => existsSync(path))

function folder(
  title: string,
  files: Partial<Record<Name, string>>,
  paths: Partial<Record<Name, string>> = {},
) {
  const base = join(root, title)
  mkdirSync(base)
  for (const [name, from] of Object.entries(files)) {
    const path = join(base, paths[name as Name] ?? '', name)
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(from, path)
  }
  return base
}

function change(path: string, from: string, to: string): void {
  writeFileSync(path, Buffer.from(readFileSync(path, 'latin1').replaceAll(from, to), 'latin1'))
}

async function failure(search: Promise<unknown>): Promise<PlanError> {
  const error: unknown = await search.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PlanError)
  return error as PlanError
}

describe('looking for Syslinux where there is none', () => {
  it('names each file and where it usually comes from', async () => {
    const { missing } = await failure(findSyslinux([], []))
    expect(missing.map(({ what }) => what)).toEqual(Object.keys(debian))
    expect(missing[0]?.remedy).toContain('pxelinux and syslinux-common')
  })
})

describe('looking for Syslinux', () => {
  beforeEach(({ skip }) =>
    skip(!installed, 'the Debian packages pxelinux and syslinux-common are not installed'),
  )

  it('finds the packages of this computer', async () => {
    const parts = await findSyslinux()
    expect(parts['mboot.c32'].content).toMatchObject({ kind: 'file', path: debian['mboot.c32'] })
    expect(parts['mboot.c32'].origin).toBe('pxelinux and syslinux-common on this computer')
  })

  it('prefers a full set in a folder of the user, flat or as the archive unpacks', async () => {
    const flat = folder('flat', debian)
    const unpacked = folder('unpacked', debian, {
      'pxelinux.0': 'bios/core',
      'ldlinux.c32': 'bios/com32/elflink/ldlinux',
      'libcom32.c32': 'bios/com32/lib',
      'mboot.c32': 'bios/com32/mboot',
    })
    expect((await findSyslinux([flat]))['pxelinux.0']).toMatchObject({
      content: { path: join(flat, 'pxelinux.0') },
      origin: 'your import',
    })
    expect((await findSyslinux([unpacked], []))['mboot.c32'].content).toMatchObject({
      path: join(unpacked, 'bios/com32/mboot/mboot.c32'),
    })
  })

  it('does not mix a lone file of the user into the set of the system', async () => {
    const lone = folder('lone', { 'pxelinux.0': debian['pxelinux.0'] })
    expect((await findSyslinux([lone]))['pxelinux.0'].content).toMatchObject({ path: debian['pxelinux.0'] })
  })

  it('names what is missing when some is there', async () => {
    const base = folder('partly', debian)
    rmSync(join(base, 'libcom32.c32'))
    const { missing } = await failure(findSyslinux([base], []))
    expect(missing.map(({ what }) => what)).toEqual(['libcom32.c32'])
  })

  it('does not take a file for what its name says', async () => {
    const { missing } = await failure(
      findSyslinux([folder('false', { ...debian, 'mboot.c32': debian['libcom32.c32'] })], []),
    )
    expect(missing.map(({ what }) => what)).toEqual(['mboot.c32'])
  })

  it('tells modules of another build, and from where each file is', async () => {
    const base = folder('mixed', debian)
    change(join(base, 'mboot.c32'), 'GCC: (Debian ', 'GCC: (Fedora ')
    const { message } = await failure(findSyslinux([base]))
    expect(message).toContain('A set of Syslinux files of one version is missing')
    expect(message).toContain(`mboot.c32 is of version 5 or 6 (GCC: (Fedora `)
    expect(message).toContain(base)
  })

  it('tells modules whose symbols nobody has, which the target would stop at', async () => {
    const base = folder('unlinked', debian)
    change(join(base, 'mboot.c32'), '\0zloadfile\0', '\0zloadfilx\0')
    const { message } = await failure(findSyslinux([base], []))
    expect(message).toContain('of one version')
  })

  it('tells that version 4 is too old', async () => {
    const base = folder('old', debian)
    change(join(base, 'pxelinux.0'), 'PXELINUX 6.', 'PXELINUX 4.')
    const { message } = await failure(findSyslinux([base], []))
    expect(message).toMatch(/of version 5 or 6 is missing\. pxelinux\.0 is of version 4\.\d+, from/)
  })
})
