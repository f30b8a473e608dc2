import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { debianFile } from '../../build/peers.mjs'
import { Bootwire, noVirtualTarget } from './bootwire.ts'

it('Xen, a MultiBoot kernel of other people, boots with its command line', async ({
  skip,
  onTestFinished,
}) => {
  const noTarget = noVirtualTarget()
  if (noTarget !== undefined) skip(noTarget)
  const xen = await debianFile('xen-hypervisor-4.17-amd64', 'boot/xen-4.17-amd64.gz')
  if ('reason' in xen) return skip(xen.reason)

  const folder = mkdtempSync(join(tmpdir(), 'bootwire-xen-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const kernel = join(folder, 'xen')
  writeFileSync(kernel, gunzipSync(readFileSync(xen.path)))
  const run = new Bootwire(['try', '--kernel', kernel, '--args', 'com1=115200,8n1 console=com1 noreboot'])
  await run.until("Xen's last word", () => run.console.includes('dom0 kernel not specified'), 120)
  expect(run.console).toContain('Command line: com1=115200,8n1 console=com1 noreboot')
  expect(await run.ended).toMatchObject({ status: 0 })
})
