import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { watchKernels } from '../../electron/service/kernel-watch.ts'
import { smallKernel } from '../formats/images.ts'

let folder: string
let told: string[]
let close: () => void
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-watch-'))
  await mkdir(join(folder, 'i386'))
  told = []
  close = await watchKernels(folder, (event) => {
    if (event.type === 'notice') told.push(event.text)
  })
})
afterEach(async () => {
  close()
  await rm(folder, { recursive: true })
})

it('tells of a kernel that was written, or moved into its place, once for each time', async () => {
  await writeFile(join(folder, 'hello.elf'), smallKernel.subarray(0, 20))
  await writeFile(join(folder, 'hello.elf'), smallKernel)
  await expect.poll(() => told).toEqual(['hello.elf was rebuilt: the next boot takes the new one.'])
  await writeFile(join(folder, 'i386', 'mach.tmp'), smallKernel)
  await rename(join(folder, 'i386', 'mach.tmp'), join(folder, 'i386', 'mach'))
  await expect.poll(() => told.slice(1)).toEqual(['mach was rebuilt: the next boot takes the new one.'])
})

it('has nothing to say of other files, nor of those that are removed', async () => {
  await writeFile(join(folder, 'main.o'), 'no kernel')
  await writeFile(join(folder, 'hello.elf'), smallKernel)
  await rm(join(folder, 'hello.elf'))
  await pause(600)
  expect(told).toEqual([])
})
