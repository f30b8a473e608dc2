import { afterAll, describe, expect, it } from 'vitest'
import { Lab, noLab, until } from './namespaces.ts'
import { unless } from '../skipping.ts'

describe('the lab', unless(noLab()), () => {
  const lab = new Lab()
  afterAll(() => lab.close())

  it('joins computers that reach each other through a bridge', async () => {
    const server = lab.computer('server')
    const client = lab.computer('client')
    lab.cable([server, 'eth0'], [client, 'eth0'])
    server.tap('tap0')
    server.bridge('br0', ['eth0', 'tap0'])
    server.address('br0', '10.77.0.1/24')
    client.address('eth0', '10.77.0.2/24')
    expect(server.addresses('br0')).toEqual(['10.77.0.1/24'])
    // Nobody listens there, and only a computer that was reached can say so.
    const knock = await client.run('bash', ['-c', 'echo > /dev/tcp/10.77.0.1/9'])
    expect(knock.stderr).toContain('Connection refused')
  })

  it('ends what still runs inside and leaves no namespace behind', async () => {
    const own = new Lab()
    const computer = own.computer('left')
    const child = computer.spawn('sleep', ['1000'])
    const { pid } = child
    await own.close()
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH')
    const { stdout } = await lab.computer('other').run('ip', ['netns', 'list'])
    expect(stdout).not.toContain(computer.namespace)
  })

  it('tells how a command ended', async () => {
    const computer = lab.computer('shell')
    expect(await computer.run('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    await expect(until('nothing', () => false, 50)).rejects.toThrow('in vain for nothing')
  })
})
