import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../build/debian.mjs'
import { Bootwire } from './bootwire.ts'
import { compile } from './compile.ts'
import { Lab, noLab, until, type Computer } from './namespaces.ts'
import { unless } from '../skipping.ts'

const SERVER = '10.77.0.1'
const GIGABYTE = 1024 ** 3

/** libnfs is another implementation of version 3, over TCP: it knows no other transport. */
function noLibnfs(): string | undefined {
  if (noLab() !== undefined) return noLab()
  return findProgram('nfs-ls') === undefined ? 'needs nfs-ls (Debian: libnfs-utils)' : undefined
}

describe('bootwire export, to libnfs', unless(noLibnfs()), () => {
  let folder: string
  let lab: Lab
  let server: Computer
  let client: Computer
  const running: Bootwire[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootwire-nfs-'))
    // The service reads files as a user without rights.
    chmodSync(folder, 0o755)
    mkdirSync(join(folder, 'export', 'many'), { recursive: true })
    mkdirSync(join(folder, 'state'))
    chmodSync(join(folder, 'state'), 0o777)
    lab = new Lab()
    server = lab.computer('server')
    client = lab.computer('client')
    lab.cable([server, 'eth0'], [client, 'eth0'])
    client.address('eth0', '10.77.0.2/24')
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((run) => run.stop()))
    await lab.close()
    rmSync(folder, { recursive: true })
  })

  const exported = (name = '') => join(folder, 'export', name)

  const start = (path: string, ...options: string[]) => command('export', path, ...options)

  function command(...words: string[]): Bootwire {
    const where = ['--interface', 'eth0', '--address', `${SERVER}/24`]
    const run = new Bootwire([...words, ...where], server, {
      ...process.env,
      SUDO_UID: '65534',
      SUDO_GID: '65534',
      XDG_STATE_HOME: join(folder, 'state'),
    })
    running.push(run)
    return run
  }

  async function serve(...options: string[]): Promise<Bootwire> {
    const run = start(exported(), ...options)
    await run.ready()
    return run
  }

  /** libnfs takes all before the last slash for what is to be mounted, and cannot mount nothing. */
  const url = (path: string) => `nfs://${SERVER}${path.lastIndexOf('/') === 0 ? `/${path}` : path}`

  async function hashOf(stream: Readable): Promise<string> {
    const hash = createHash('sha256')
    await pipeline(stream, hash)
    return hash.digest('hex')
  }

  it('opens the ports of NFS and no others, and says where clients find the folder', async () => {
    const run = await serve()
    const [started] = run.of('session-started')
    expect(started).toMatchObject({
      exports: [{ path: '/', folder: exported(), writable: false }],
      services: [
        { name: 'NFS', port: 2049 },
        { name: 'Mount', port: 20048 },
        { name: 'Port mapper', port: 111 },
      ],
    })
    const { stdout } = await server.run('ss', ['-Hlntu'])
    const ports = [...stdout.matchAll(/^(udp|tcp) .*%eth0:(\d+) /gm)].map(
      ([, kind, port]) => `${kind} ${port}`,
    )
    expect([...new Set(ports)].sort()).toEqual(
      ['tcp 111', 'tcp 2049', 'tcp 20048', 'udp 111', 'udp 2049', 'udp 20048'].sort(),
    )
  })

  it('is there beside a boot as well', async () => {
    writeFileSync(exported('file'), 'content')
    const run = command('serve', '--force', '--export', exported())
    await run.ready()
    const services = run.of('session-started')[0]?.services.map(({ name }) => name)
    expect(services).toEqual(['TFTP', 'NFS', 'Mount', 'Port mapper', 'DHCP'])
    expect((await client.run('nfs-cat', [url('/file')])).stdout).toBe('content')
  })

  it('lists a tree of ten thousand files', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `d${index % 100}/file-${index}.txt`)
    for (let index = 0; index < 100; index++) mkdirSync(exported(`many/d${index}`))
    for (const name of names) writeFileSync(exported(join('many', name)), '')
    await serve()
    const { status, stdout } = await client.run('nfs-ls', ['-R', url('/many')])
    expect(status).toBe(0)
    const listed = stdout.split('\n').flatMap((line) => /file-\d+\.txt$/.exec(line)?.[0] ?? [])
    expect(listed.sort()).toEqual(names.map((name) => name.slice(name.indexOf('/') + 1)).sort())
  })

  it('gives a file of 5 GB whole', async () => {
    const path = exported('sparse')
    writeFileSync(path, '')
    truncateSync(path, 5 * GIGABYTE)
    const file = openSync(path, 'r+')
    for (const at of [0, 2 ** 31 - 5, 2 ** 32 - 5, 5 * GIGABYTE - 4096])
      writeSync(file, randomBytes(4096), 0, 4096, at)
    closeSync(file)
    const run = await serve()
    const cat = client.spawn('nfs-cat', [url('/sparse')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const copy = await hashOf(cat.stdout!)
    expect(copy).toBe(await hashOf(createReadStream(path, { highWaterMark: 2 ** 20 })))
    const ended = await run.until('the reading to end', () => run.of('transfer-ended')[0])
    expect(ended).toMatchObject({ outcome: 'complete', bytes: 5 * GIGABYTE })
    expect(run.of('transfer-progress').length).toBeGreaterThan(2)
  })

  it('gives several clients at once the same, and keeps nothing open of one that goes away', async () => {
    const content = randomBytes(64 * 2 ** 20 + 3)
    writeFileSync(exported('kernel'), content)
    const run = await serve()
    const own = () => readdirSync(`/proc/${run.process.pid}/fd`).length
    const read = () => client.spawn('nfs-cat', [url('/kernel')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const before = await until('the first reader', async () => {
      await hashOf(read().stdout!)
      return own()
    })
    const gone = read()
    gone.stdout!.once('data', () => gone.kill('SIGKILL'))
    const hashes = await Promise.all([read(), read(), read()].map(({ stdout }) => hashOf(stdout!)))
    expect(new Set(hashes)).toEqual(new Set([createHash('sha256').update(content).digest('hex')]))
    await until('their connections to be closed', () => Promise.resolve(own() <= before))
  })

  it('is written to in an overlay of its own, and the folder stays as it is', async () => {
    const content = randomBytes(3_000_000)
    writeFileSync(join(folder, 'new'), content)
    const run = await serve('--writable', '--keep')
    expect(await client.run('nfs-cp', [join(folder, 'new'), url('/new')])).toMatchObject({ status: 0 })
    expect(readdirSync(exported())).toEqual(['many'])
    // What is kept is there again after a restart, and so is the secret that handles are sealed with.
    const secret = join(folder, 'state', 'bootwire', 'nfs-handle-secret')
    const before = readFileSync(secret)
    expect(statSync(secret).mode & 0o777).toBe(0o600)
    await run.stop()
    await serve('--writable', '--keep')
    expect(readFileSync(secret)).toEqual(before)
    const back = join(folder, 'back')
    expect(await client.run('nfs-cp', [url('/new'), back])).toMatchObject({ status: 0 })
    expect(readFileSync(back).equals(content)).toBe(true)
  })

  it('is not written to when it is for reading', async () => {
    writeFileSync(join(folder, 'new'), 'x')
    await serve()
    const { status, stderr, stdout } = await client.run('nfs-cp', [join(folder, 'new'), url('/new')])
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('ROFS')
    expect(readdirSync(exported())).toEqual(['many'])
  })

  it('goes on by TCP when the adapter was taken out and has come back', async () => {
    writeFileSync(exported('file'), 'content')
    const run = await serve()
    const changed = (state: string) =>
      run.until(state, () => run.of('link-changed').find((event) => event.state === state))
    client.ip('link', 'delete', 'eth0')
    await changed('removed')
    lab.cable([server, 'eth0'], [client, 'eth0'])
    client.address('eth0', '10.77.0.2/24')
    await changed('returned')
    const { stdout } = await until('the file', async () => {
      const read = await client.run('nfs-cat', [url('/file')])
      return read.status === 0 && read
    })
    expect(stdout).toBe('content')
  })

  it.each([
    ['that is not there', 'none', 'There is no folder'],
    ['that is a file', 'file', 'is a file and no folder'],
    ['that is not to be read by this user', 'private', 'cannot be read'],
  ])('does not start with a folder %s', async (_, name, text) => {
    writeFileSync(exported('file'), '')
    mkdirSync(exported('private'), { mode: 0o700 })
    const { status, stderr } = await start(exported(name)).ended
    expect(status).toBe(1)
    expect(stderr).toContain(exported(name))
    expect(stderr).toContain(text)
    expect(stderr).toContain('•')
  })

  it.each([
    ['3', 'tcp'],
    ['3', 'udp'],
    ['2', 'tcp'],
    ['2', 'udp'],
  ])(
    'is mounted, walked and read by version %s over %s, in pieces where a frame is too short',
    async (version, protocol) => {
      const kernel = randomBytes(3_000_001)
      writeFileSync(exported('mach_kernel'), kernel)
      await serve()
      const walker = await compile('tests/lab/programs/nfs-walker.ts')
      const { stdout, stderr } = await client.run(process.execPath, [
        walker,
        SERVER,
        version,
        protocol,
        'mach_kernel',
      ])
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toEqual({
        names: ['.', '..', 'mach_kernel', 'many'],
        sha256: createHash('sha256').update(kernel).digest('hex'),
      })
    },
  )

  it("names rpcbind when it has the port mapper's port, and how to stop it", async () => {
    // The real one would take the place of this computer's own in /run. A process is named by its program's file.
    const rpcbind = join(folder, 'rpcbind')
    symlinkSync(process.execPath, rpcbind)
    const script = "require('dgram').createSocket('udp4').bind(111, () => console.log('bound'))"
    const child = server.spawn(rpcbind, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout!, 'data')
    const { status, stderr } = await start(exported()).ended
    expect(status).toBe(1)
    expect(stderr).toContain('UDP port 111 on eth0 is taken by rpcbind')
    expect(stderr).toContain('systemctl stop rpcbind.socket rpcbind.service')
  })
})
