import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { mbootObstacle } from '../../electron/chains/loader-limits.ts'
import { loadSegments } from '../../electron/formats/elf.ts'
import { recognise } from '../../electron/formats/recognise.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-sample-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hello = buildTargets().find(({ name }) => name === 'samples/hello')!.path
const qemu = 'qemu-system-x86_64'
const installed = spawnSync(qemu, ['--version']).status === 0

/** Boots the kernel by QEMU's own MultiBoot loader until it says that it is done, and gives its serial output. */
function boot(parameters: readonly string[]): Promise<string> {
  const machine = ['-accel', 'tcg', '-m', '64', '-display', 'none', '-nic', 'none', '-serial', 'stdio']
  const target = spawn(qemu, [...machine, '-kernel', hello, ...parameters], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    let output = ''
    const patience = setTimeout(() => target.kill(), 30_000)
    target.stdout.setEncoding('latin1').on('data', (text: string) => {
      output += text
      if (output.includes('All is well.\r\n')) target.kill()
    })
    target.once('error', reject)
    target.once('close', () => {
      clearTimeout(patience)
      resolve(output)
    })
  })
}

/** CRC-32 (ISO 3309), bit by bit. */
function crc32(bytes: Uint8Array): string {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (~crc >>> 0).toString(16).padStart(8, '0')
}

describe('the sample kernel', () => {
  it('is a kernel that mboot.c32 takes, loaded from 1 MB on', () => {
    const found = recognise(readFileSync(hello))
    expect(found).toMatchObject({ kind: 'multiboot-kernel', elf: { bits: 32, machine: 'i386' } })
    expect(mbootObstacle(found)).toBeUndefined()
    if (found.kind === 'multiboot-kernel')
      expect(loadSegments(found.elf!)[0]?.physicalAddress).toBe(0x100000n)
  })

  it('is built again only when a source is newer, to the same bytes', () => {
    const first = readFileSync(hello)
    expect(buildTargets().every(({ built }) => !built)).toBe(true)
    utimesSync(hello, 0, 0)
    expect(buildTargets().some(({ built }) => built)).toBe(true)
    expect(readFileSync(hello).equals(first)).toBe(true)
  })

  it('tells what it was given', async ({ skip }) => {
    skip(!installed, `${qemu} is not installed`)
    const module = Buffer.from(Array.from({ length: 70_001 }, (_, index) => (index * 7919) >> 3))
    const path = join(folder, 'module.bin')
    writeFileSync(path, module)
    const lines = (await boot(['-append', 'console=com1 verbose', '-initrd', `${path} root=1`])).split('\r\n')
    expect(lines[0]).toMatch(/^Bootwire sample kernel \d+\.\d+\.\d+$/)
    expect(lines).toContain('Boot loader: qemu')
    expect(lines).toContain(`Command line: ${hello} console=com1 verbose`)
    expect(lines).toContainEqual(expect.stringMatching(/^Memory: 639 KB lower, \d+ KB upper$/))
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}0000000000100000 \+ [0-9a-f]{16} available$/))
    expect(lines).toContain(`Module 1: ${path} root=1`)
    expect(lines).toContain(`  70001 bytes, CRC-32 ${crc32(module)}`)
    expect(lines.at(-2)).toBe('Reached the kernel. All is well.')
  })

  it('does without a module', async ({ skip }) => {
    skip(!installed, `${qemu} is not installed`)
    expect(await boot([])).toContain('All is well.')
  })
})
