import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { describeImport } from '../../electron/library/import.ts'
import { smallKernel } from '../formats/images.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-import-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('an import', () => {
  it('is recognised, measured and hashed', async () => {
    const path = file('hello.elf', smallKernel)
    expect(await describeImport(path)).toMatchObject({
      path,
      name: 'hello.elf',
      size: smallKernel.length,
      sha256: createHash('sha256').update(smallKernel).digest('hex'),
      recognition: { kind: 'multiboot-kernel' },
    })
  })

  it('may be larger than what is needed to recognise it', async () => {
    const bytes = Buffer.concat([smallKernel, Buffer.alloc(3_000_000, 7)])
    expect(await describeImport(file('large', bytes))).toMatchObject({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      recognition: { kind: 'multiboot-kernel' },
    })
  })

  it('that is not there, a folder, or empty, is told as such', async () => {
    await expect(describeImport(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(describeImport(folder)).rejects.toMatchObject({ code: 'not-a-file' })
    await expect(describeImport(file('empty', Buffer.alloc(0)))).rejects.toMatchObject({
      code: 'empty',
      message: expect.stringContaining('is empty') as string,
    })
  })

  it('does not wait for a pipe that nobody writes to', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no named pipes in folders')
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await expect(describeImport(join(folder, 'pipe'))).rejects.toMatchObject({ code: 'not-a-file' })
  })

  it('that may not be read is told as such', async ({ skip }) => {
    skip(process.platform === 'win32' || process.getuid?.() === 0, 'this user may read everything')
    const path = file('secret', smallKernel)
    chmodSync(path, 0)
    await expect(describeImport(path)).rejects.toMatchObject({ code: 'not-readable' })
  })
})
