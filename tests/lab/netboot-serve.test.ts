import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildTargets } from '../../build/target.mjs'
import { Bootwire, noVirtualTarget } from './bootwire.ts'
import { Lab, noLab, until } from './namespaces.ts'
import { unless } from '../skipping.ts'

const returning = buildTargets().find(({ name }) => name === 'samples/returning')!.path

describe('bootwire serve --chain netboot', unless(noLab() ?? noVirtualTarget()), () => {
  it('tells of a target that nobody can look into how it comes back and boots again', async ({
    onTestFinished,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'bootwire-netboot-serve-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    chmodSync(folder, 0o755)
    copyFileSync(returning, join(folder, 'kernel'))
    const lab = new Lab()
    onTestFinished(() => lab.close())
    const server = lab.computer('server')
    server.tap('eth0')
    server.address('eth0', '10.77.0.1/24')
    const run = new Bootwire(
      ['serve', '--interface', 'eth0', '--chain', 'netboot', '--folder', folder],
      server,
    )
    onTestFinished(() => void run.stop())
    await run.ready()
    const command = run.of('session-started')[0]!.hints!.find(({ type }) => type !== undefined)!.type
    expect(command).toBe('10.77.0.1:/kernels/kernel')

    const target = server.spawn(
      'qemu-system-x86_64',
      [
        [
          '-accel',
          'tcg',
          '-m',
          '64',
          '-display',
          'none',
          '-monitor',
          'none',
          '-boot',
          'n',
          '-serial',
          'stdio',
        ],
        ['-netdev', 'tap,id=cable,ifname=eth0,script=no,downscript=no', '-device', 'pcnet,netdev=cable'],
      ].flat(),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void target.kill('SIGKILL'))
    let said = ''
    target.stdout!.on('data', (data) => (said += String(data)))
    const prompts = () => said.split('NetBoot> ').length - 1
    for (let boot = 1; boot <= 2; boot++) {
      await until('the prompt', () => prompts() >= boot, 60_000)
      target.stdin!.write(`${command}\r`)
    }
    await run.until('the second boot to be told', () => run.client.reached['again'] !== undefined, 60)
    expect(Object.keys(run.client.reached)).toEqual([
      ...['heard', 'address', 'netboot', 'bootp', 'portmap', 'mounted', 'read', 'returned', 'again'],
    ])
  })
})
