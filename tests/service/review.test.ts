import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StartOptions } from '../../electron/service/commands.ts'
import { reviewSession } from '../../electron/service/review.ts'
import { smallKernel } from '../formats/images.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-review-'))
  await writeFile(join(folder, 'kernel.bin'), smallKernel)
  await writeFile(join(folder, 'ramdisk'), 'a module')
})
afterAll(() => rm(folder, { recursive: true }))

const review = (chain: object, rest: object = {}) =>
  reviewSession(StartOptions.parse({ link: { kind: 'wire' }, dhcp: {}, chain, ...rest }), () => {})

// PXELINUX is taken from this computer, as a session would take it.
describe('the review of a session', () => {
  it('tells every port, address and file before anything is started', async () => {
    const told = await review(
      { id: 'pxelinux', imports: [join(folder, 'kernel.bin')] },
      { exports: [{ folder }] },
    )
    expect(told.link).toEqual({ name: 'wire', address: '10.77.0.1', prefixLength: 24 })
    expect(told.pool).toEqual({ first: '10.77.0.2', last: '10.77.0.254' })
    expect(told.services.map(({ name, port }) => `${name} ${port}`)).toEqual([
      'TFTP 69',
      'NFS 2049',
      'Mount 20048',
      'Port mapper 111',
      'DHCP 67',
    ])
    expect(told.exports).toMatchObject([{ path: '/', folder, writable: false }])
    expect(told.exports[0]?.contents).toEqual({
      files: 2,
      bytes: smallKernel.length + 'a module'.length,
      first: [
        { name: 'kernel.bin', size: smallKernel.length },
        { name: 'ramdisk', size: 'a module'.length },
      ],
      isCut: false,
    })
    expect(told.files.map(({ name }) => name)).toContain('kernel.bin')
    expect(told.files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
  })

  it('takes the kernel from the imports, and what is no kernel as its module', async () => {
    const imports = [join(folder, 'ramdisk'), join(folder, 'kernel.bin')]
    const { files } = await review({ id: 'pxelinux', imports })
    const yours = files.filter(({ origin }) => origin === 'your import').map(({ name }) => name)
    expect(yours.slice(-2)).toEqual(['kernel.bin', 'ramdisk'])
  })

  it('refuses a profile that the chain does not have', async () => {
    await expect(review({ id: 'pxelinux', profile: 'sideways' })).rejects.toThrow(/no profile "sideways"/)
  })
})
