import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { boot132, KERNEL_BANNER, machO } from '../formats/darwin/files.ts'
import { makeDriverFolder } from '../library/kext-folders.ts'
import { bootwire } from './bootwire.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-darwin-files-'))
afterAll(() => rmSync(folder, { recursive: true }))
const drivers = makeDriverFolder(join(folder, 'Extensions'))
const place = (name: string, content: Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const json = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('bootwire mkext', () => {
  it('makes an archive for a kernel, and names the library that is missing', () => {
    const kernel = place('mach_kernel', machO({ architecture: 'x86_64', entry: 1, text: KERNEL_BANNER }))
    const output = join(folder, 'Extensions.mkext')
    const built = bootwire(['mkext', 'build', drivers, '--kernel', kernel, '--output', output])
    expect(built).toMatchObject({ status: 0, stderr: '' })
    expect(built.stdout).toContain('version 2, x86_64, 4 extensions')
    expect(built.stdout).toMatch(
      /com\.apple\.iokit\.IOPCIFamily is not among these extensions\. org\.example\.driver/,
    )

    const listed = bootwire(['mkext', 'list', output])
    expect(listed.stdout).toContain('com.apple.iokit.IONetworkingFamily 1.10')
    expect(listed.stdout).toContain('org.example.plugin 1.0.0  no code')
    expect(json(bootwire(['mkext', 'list', output, '--json']).stdout)).toMatchObject([
      {
        parts: [
          { version: 2, architecture: 'x86_64', problems: [{ library: 'com.apple.iokit.IOPCIFamily' }] },
        ],
      },
    ])
  })

  it('refuses a folder without extensions, and a file that is no archive, saying what it is', () => {
    const none = bootwire(['mkext', 'build', place('text', Buffer.from('x')), '--output', join(folder, 'x')])
    expect(none.status).toBe(1)
    expect(none.stderr).toContain('is a file and no folder')
    const text = bootwire(['mkext', 'list', join(folder, 'text')])
    expect(text).toMatchObject({ status: 1 })
    expect(text.stderr).toContain('mkext magic')
  })
})

describe('bootwire identify', () => {
  it('tells files and folders, warns of a bad build, and fails for what is not there', () => {
    const boot = place('boot', boot132('Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC5 r1227'))
    const found = bootwire(['identify', boot, drivers, join(folder, 'nothing')])
    expect(found.status).toBe(1)
    expect(found.stdout).toContain('Chameleon 2.0-RC5 r1227')
    expect(found.stdout).toContain('Wrong Multiboot magic')
    expect(found.stdout).toContain('A folder of 4 kernel extensions.')
    expect(found.stderr).toContain('is not there')
    expect(json(bootwire(['identify', boot, drivers, '--json']).stdout)).toMatchObject([
      { name: 'boot', recognition: { boot132: { family: 'Chameleon' } } },
      { kind: 'kext-folder', kexts: [{}, {}, {}, {}] },
    ])
  })
})
