import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../../build/debian.mjs'
import { compile } from './compile.ts'
import { Dialogue } from './dialogue.ts'
import { Lab, noLab, until, type Computer } from './namespaces.ts'
import { unless } from '../skipping.ts'

const service = resolve('dist/node/service.js')
const NOBODY = 65_534

/** In place of polkit: authorises everything, or ends with a status and words of its own. */
const PKEXEC = `#!/bin/sh
[ -z "$FAKE_STATUS" ] || { echo "$FAKE_WORDS" >&2; exit "$FAKE_STATUS"; }
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin PKEXEC_UID=${NOBODY} "$@"
`

describe('a service that was elevated by pkexec', unless(noLab()), () => {
  const folder = mkdtempSync(join(tmpdir(), 'bootwire-elevation-'))
  let program: string
  let lab: Lab
  let server: Computer
  let target: Computer

  beforeAll(async () => {
    writeFileSync(join(folder, 'pkexec'), PKEXEC)
    chmodSync(join(folder, 'pkexec'), 0o755)
    program = await compile('tests/lab/programs/elevated-service.ts')
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  beforeEach(() => {
    lab = new Lab()
    server = lab.computer('server')
    target = lab.computer('target')
    lab.cable([server, 'eth0'], [target, 'eth0'])
  })
  afterEach(() => lab.close())

  const path = `${folder}:${process.env['PATH'] ?? ''}`
  const face = (environment: NodeJS.ProcessEnv = {}) =>
    new Dialogue(server, program, [service], { PATH: path, ...environment })
  const start = (link: object) =>
    JSON.stringify({ name: 'start', options: { link, chain: { id: 'pxelinux' }, dhcp: { mode: 'off' } } })
  const onInterface = start({ kind: 'interface', name: 'eth0', address: '10.77.0.1/24' })
  const handedFolders = () => readdirSync('/tmp').filter((name) => /^bootwire-[A-Za-z0-9]{12}$/.test(name))
  const processesOfServer = async () => {
    const { stdout } = await server.run('ip', ['netns', 'pids', server.namespace])
    return stdout.split('\n').flatMap((pid) => {
      try {
        const [command, status] = ['cmdline', 'status'].map((name) =>
          readFileSync(`/proc/${pid}/${name}`, 'utf8'),
        )
        return [{ command: command!, status: status! }]
      } catch {
        // It has ended in between, as the one that looked has.
        return []
      }
    })
  }

  it.each([
    [126, 'Error executing command as another user: Request dismissed', 'authorisation-refused'],
    [127, 'Error executing command as another user: Not authorized', 'authorisation-refused'],
    [127, 'Error: no authentication agent found.', 'authorisation-impossible'],
  ])('that was not authorised (%i, "%s") is told as a normal outcome', async (status, words, code) => {
    const asked = face({ FAKE_STATUS: String(status), FAKE_WORDS: words })
    asked.tell(onInterface)
    const told = await asked.report('the refusal', ({ ended }) => ended !== undefined)
    expect(told['authorisation']).toMatchObject({ code })
    asked.child.stdin?.end()
    await asked.end()
    expect(server.addresses('eth0')).toEqual([])
  })

  it('does nothing as root but start on an interface', async () => {
    const asked = face()
    const commands = [
      { name: 'imports' },
      { name: 'import', path: '/etc/shadow' },
      { name: 'screenshot', path: '/etc/cron.d/screen' },
      { name: 'review', options: (JSON.parse(onInterface) as { options: object }).options },
      JSON.parse(start({ kind: 'wire', capture: '/etc/cron.d/capture' })) as object,
      {
        name: 'start',
        options: { ...(JSON.parse(onInterface) as { options: object }).options, user: 'daemon' },
      },
    ]
    for (const command of commands) {
      const before = asked.reports.length
      asked.tell(JSON.stringify(command))
      const told = await asked.report(
        'an answer',
        ({ failure, result }) => (failure ?? result) !== undefined,
        before,
      )
      expect(told).toMatchObject({ failure: 'not-as-root' })
    }
    asked.child.stdin?.end()
    await asked.end()
  })

  it('runs from a folder of root alone, serves as the caller, and leaves nothing behind when its face is killed', async () => {
    const before = handedFolders()
    const asked = face()
    asked.tell(onInterface)
    const { event } = await asked.report('the drop', ({ event: one }) => isOf(one, 'privileges-dropped'))
    expect(event).toMatchObject({ uid: NOBODY })
    await asked.report('the start', ({ command, result }) => command === 'start' && result === null)
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])

    const [own] = handedFolders().filter((name) => !before.includes(name))
    const { uid, mode } = statSync(join('/tmp', own!))
    expect([uid, mode & 0o777]).toEqual([0, 0o755])
    expect(existsSync(join('/tmp', own!, 'dist/node/service.js'))).toBe(true)
    const serving = (await processesOfServer())
      .filter(
        ({ command, status }) => command.includes('./dist/node/service.js') && /^Name:\s+node/m.test(status),
      )
      .map(({ status }) => status)
    expect(serving.map((status) => /^Uid:\s*(.*)$/m.exec(status)?.[1])).toEqual([
      '65534\t65534\t65534\t65534',
    ])

    asked.child.kill('SIGKILL')
    await until('the address to be taken back', () => server.addresses('eth0').length === 0)
    await until('every process to end', async () => (await processesOfServer()).length === 0)
    expect(handedFolders()).toEqual(before)
  })

  it('looks for other DHCP servers, also where it has to give an address first, and leaves nothing behind', async (context) => {
    if (findProgram('dnsmasq') === undefined) context.skip('needs dnsmasq')
    target.address('eth0', '10.77.0.9/24')
    const options = ['-d', '--conf-file=/dev/null', '--port=0', '--leasefile-ro', '--user=root', '--no-ping']
    const range = ['--interface=eth0', '--dhcp-range=10.77.0.100,10.77.0.150']
    const dnsmasq = target.spawn('dnsmasq', [...options, ...range], { stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    dnsmasq.stderr!.on('data', (data) => (output += String(data)))
    await until('dnsmasq to start', () => output.includes('DHCP, IP range'))

    const asked = face()
    const link = { kind: 'interface', name: 'eth0', address: '10.77.0.1/24' }
    asked.tell(JSON.stringify({ name: 'look-for-servers', link }))
    const { event } = await asked.report('the drop', ({ event: one }) => isOf(one, 'privileges-dropped'))
    expect(event).toMatchObject({ uid: NOBODY })
    const { result } = await asked.report('what was found', ({ command }) => command === 'look-for-servers')
    expect(result).toEqual({
      servers: [
        { address: '10.77.0.9', offered: expect.stringMatching(/^10\.77\.0\.1\d\d$/), isProxy: false },
      ],
      remarks: [],
    })
    expect(server.addresses('eth0')).toEqual([])
    asked.child.stdin?.end()
    await asked.end()
  })

  it('brings its runtime along when that is not root’s own', async () => {
    const node = join(folder, 'node')
    copyFileSync(process.execPath, node)
    chmodSync(node, 0o755)
    const child = server.spawn(node, [program, service], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PATH: path },
    })
    let told = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (told += text))
    child.stdin!.write(`${JSON.stringify({ name: 'stop' })}\n`)
    await until('an answer', () => told.includes('"command":"stop"'), 30_000)
    const programs = (await processesOfServer()).map(({ command }) => command.split('\0')[0])
    expect(programs).toContain('./runtime/node')
    child.stdin!.end()
    await until('the face to end', () => child.exitCode !== null)
  })
})

function isOf(event: unknown, type: string): boolean {
  return (event as { type?: string } | undefined)?.type === type
}
