import { createHash, randomBytes } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { Dialogue } from './dialogue.ts'
import { Lab, noLab, type Computer } from './namespaces.ts'
import type { NfsServiceOptions } from './programs/nfs-service.ts'

const SERVER = '10.77.0.1'

/** libnfs is another implementation of version 3, over TCP. */
function noLibnfs(): boolean {
  if (noLab() || existsSync('/usr/bin/nfs-ls')) return noLab()
  console.warn('Skipped: tests with libnfs need the package libnfs-utils.')
  return true
}

describe.skipIf(noLibnfs())('NFS on a real interface', () => {
  let program: string
  let folder: string
  let lab: Lab
  let client: Computer
  let server: Dialogue

  beforeAll(async () => {
    program = await compile('tests/lab/programs/nfs-service.ts')
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-'))
    mkdirSync(join(folder, 'export', 'many'), { recursive: true })
  })
  afterEach(async () => {
    server.child.stdin?.end()
    await server.end()
    await lab.close()
    rmSync(folder, { recursive: true })
  })
  afterAll(() => lab.close())

  async function serve(options: Partial<NfsServiceOptions> = {}): Promise<void> {
    lab = new Lab()
    const computer = lab.computer('server')
    client = lab.computer('client')
    lab.cable([computer, 'eth0'], [client, 'eth0'])
    computer.address('eth0', `${SERVER}/24`)
    client.address('eth0', '10.77.0.2/24')
    const all: NfsServiceOptions = { interface: 'eth0', folder: join(folder, 'export'), ...options }
    server = new Dialogue(computer, program, [JSON.stringify(all)])
    await server.ready()
  }

  const url = (path: string) => `nfs://${SERVER}/srv${path}`

  it('is listed by libnfs, ten thousand names of it', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `file-${index}.txt`)
    for (const name of names) writeFileSync(join(folder, 'export', 'many', name), '')
    await serve()
    const { status, stdout } = await client.run('nfs-ls', [url('/many')])
    expect(status).toBe(0)
    const listed = stdout.split('\n').flatMap((line) => /file-\d+\.txt$/.exec(line)?.[0] ?? [])
    expect(listed.sort()).toEqual(names.sort())
  })

  it('is read by libnfs to the last byte', async () => {
    const content = randomBytes(40 * 1024 * 1024 + 17)
    writeFileSync(join(folder, 'export', 'image'), content)
    await serve()
    const copy = join(folder, 'copy')
    expect(await client.run('nfs-cp', [url('/image'), copy])).toMatchObject({ status: 0 })
    expect(readFileSync(copy).equals(content)).toBe(true)
    expect(server.reports.filter(({ type }) => type === 'transfer-ended')).toMatchObject([
      { outcome: 'complete', bytes: content.length },
    ])
  })

  it('has files of more than 4 GB', async () => {
    const path = join(folder, 'export', 'sparse')
    writeFileSync(path, '')
    truncateSync(path, 4.5 * 1024 ** 3)
    const file = createHash('sha256')
    await serve()
    const script = `nfs-cat ${url('/sparse')} | tail -c 1048577 | sha256sum`
    const { stdout } = await client.run('sh', ['-c', script], 170_000)
    for await (const chunk of createReadStream(path, { start: 4.5 * 1024 ** 3 - 1_048_577 }))
      file.update(chunk as Buffer)
    expect(stdout.split(' ')[0]).toBe(file.digest('hex'))
  })

  it('is written by libnfs into an overlay, and the export stays as it is', async () => {
    const content = randomBytes(3_000_000)
    writeFileSync(join(folder, 'new'), content)
    await serve({ overlay: join(folder, 'overlay') })
    expect(await client.run('nfs-cp', [join(folder, 'new'), url('/new')])).toMatchObject({ status: 0 })
    const back = join(folder, 'back')
    expect(await client.run('nfs-cp', [url('/new'), back])).toMatchObject({ status: 0 })
    expect(readFileSync(back).equals(content)).toBe(true)
    expect((await client.run('ls', [join(folder, 'export')])).stdout).toBe('many\n')
  })

  it('is not written to when it is for reading', async () => {
    writeFileSync(join(folder, 'new'), 'x')
    await serve()
    const { status, stderr, stdout } = await client.run('nfs-cp', [join(folder, 'new'), url('/new')])
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('ROFS')
  })
})
