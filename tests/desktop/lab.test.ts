/** The app on a real interface, inside a computer of the lab. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Dialogue, type Report } from '../lab/dialogue.ts'
import { Lab, noLab, until, type Computer } from '../lab/namespaces.ts'
import { noWindow, Profile } from './app.ts'
import { unless } from '../skipping.ts'

const program = fileURLToPath(new URL('programs/app.mjs', import.meta.url))
const profile = new Profile()
afterAll(() => profile.remove())

describe('the app on a real interface', unless(noLab()), () => {
  let lab: Lab
  let server: Computer
  let target: Computer
  let app: Dialogue
  beforeAll(async () => {
    if (noWindow() !== undefined) return
    lab = new Lab()
    server = lab.computer('server')
    target = lab.computer('target')
    lab.cable([server, 'eth0'], [target, 'eth0'])
    app = new Dialogue(server, program, [JSON.stringify(await profile.command())])
    await until('the app', () => app.reports.some(({ ready }) => ready === true), 30_000)
  })
  beforeEach((context) => {
    const reason = noWindow()
    if (reason !== undefined) context.skip(reason)
  })
  afterAll(async () => {
    if (noWindow() === undefined) await lab.close()
  })

  const options = {
    link: { kind: 'interface', name: 'eth0', address: '10.77.0.1/24' },
    chain: { id: 'pxelinux', imports: [], modules: [], loaderFolders: [] },
    dhcp: { mode: 'full', force: true, allow: [], fixed: [] },
    exports: [],
  }
  async function call(name: string, ...parameters: unknown[]): Promise<Report> {
    const before = app.reports.length
    app.tell(JSON.stringify({ name, parameters }))
    return until(
      `an answer to ${name}`,
      () => app.reports.slice(before).find((one) => one['name'] === name),
      30_000,
    )
  }
  const linkChanged = (state: string) =>
    until(`the link to be ${state}`, () =>
      app.reports.some(({ event }) => {
        const { type, state: now } = (event ?? {}) as { type?: string; state?: string }
        return type === 'link-changed' && now === state
      }),
    )

  it('names the process that has a port, and starts nothing', async () => {
    const taken = "require('node:dgram').createSocket('udp4').bind(67, () => console.log('bound'))"
    const other = server.spawn(process.execPath, ['-e', taken], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => other.stdout!.once('data', resolve))
    expect(await call('start', options)).toMatchObject({
      failure: {
        code: 'port-taken',
        message: expect.stringMatching(/67.*node.*\d+/s),
        remedies: expect.arrayContaining([expect.any(String)]),
      },
    })
    expect(server.addresses('eth0')).toEqual([])
    other.kill()
    expect(await call('start', options)).toMatchObject({ result: null })
    expect(await call('stop')).toMatchObject({ result: null })
  })

  it('tells that the interface is gone and that it is back, and takes the address back at the end', async () => {
    expect(await call('start', options)).toMatchObject({ result: null })
    expect(server.addresses('eth0')).toEqual(['10.77.0.1/24'])
    server.ip('link', 'delete', 'eth0')
    await linkChanged('removed')
    lab.cable([server, 'eth0'], [target, 'eth0'])
    await linkChanged('returned')
    expect(await call('stop')).toMatchObject({ result: null })
    expect(server.addresses('eth0')).toEqual([])
    expect(await call('start', { ...options, link: { ...options.link, name: 'mars0' } })).toMatchObject({
      failure: { code: 'no-interface', message: expect.stringContaining('mars0') },
    })
  })

  it('gives the address back when it is killed', async () => {
    expect(await call('start', options)).toMatchObject({ result: null })
    const { stdout } = await server.run('ip', ['netns', 'pids', server.namespace])
    const main = stdout.split('\n').find((pid) => isMain(pid))
    process.kill(Number(main), 'SIGKILL')
    await until('the address to be taken back', () => server.addresses('eth0').length === 0, 20_000)
  })
})

/** Chromium's other processes have a type. */
function isMain(pid: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return (
      words.some((word) => word.startsWith('--user-data-dir')) &&
      !words.some((word) => word.startsWith('--type')) &&
      !words.some((word) => word.endsWith('app.mjs'))
    )
  } catch {
    return false
  }
}
