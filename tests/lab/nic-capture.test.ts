import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Dialogue } from './dialogue.ts'
import { Lab, noLab } from './namespaces.ts'
import { unless } from '../skipping.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-nic-capture-'))
chmodSync(folder, 0o777)
afterAll(() => rmSync(folder, { recursive: true }))

describe('a session on a real interface that keeps its packets', unless(noLab()), () => {
  it('has those of targets, both ways, in a file of the user’s, and not what else went over the cable', async (context) => {
    for (const program of ['tshark', 'curl'])
      if (spawnSync(program, ['--version']).error !== undefined) context.skip(`needs ${program}`)
    const lab = new Lab()
    try {
      const server = lab.computer('server')
      const target = lab.computer('target')
      lab.cable([server, 'eth0'], [target, 'eth0'])
      target.address('eth0', '10.77.0.2/24')
      const service = new Dialogue(server, resolve('dist/node/service.js'), [], {
        SUDO_UID: '65534',
        SUDO_GID: '65534',
        XDG_STATE_HOME: folder,
      })
      let id = 0
      const ask = async (command: object) => {
        id += 1
        const mine = id
        service.tell(JSON.stringify({ id, command }))
        return service.report('a reply', ({ reply }) => reply === mine)
      }
      const options = {
        link: { kind: 'interface', name: 'eth0', address: '10.77.0.1/24' },
        chain: { id: 'pxelinux' },
        dhcp: { mode: 'off' },
        keep: true,
      }
      expect(await ask({ name: 'start', options })).toMatchObject({ result: null })
      // This computer's own affair: nobody there has asked for a boot yet.
      const { stderr } = await server.run('curl', ['-sS', 'http://10.77.0.2:8080/'])
      expect(stderr).toMatch(/connect/)
      const copy = join(folder, 'fetched')
      const fetched = await target.run('curl', ['-sS', '-o', copy, 'tftp://10.77.0.1/pxelinux.0'])
      expect(fetched).toMatchObject({ status: 0, stderr: '' })
      const { result } = await ask({ name: 'capture' })
      expect(await ask({ name: 'stop' })).toMatchObject({ result: null })

      const [path, second] = (result as { parts: string[] }).parts
      expect(statSync(path!).uid).toBe(65_534)
      expect(existsSync(second!)).toBe(false)
      const fields = ['frame.packet_flags_direction', 'tftp.opcode', 'frame.time_epoch', 'tcp.port']
      const run = spawnSync('tshark', [
        '-r',
        path!,
        '-T',
        'fields',
        ...fields.flatMap((field) => ['-e', field]),
      ])
      const lines = run.stdout.toString().split('\n').slice(0, -1)
      const packets = lines.map((line) => line.split('\t'))
      const count = (direction: number, opcode: number) =>
        packets.filter(([way, code]) => Number(way) === direction && Number(code) === opcode && code !== '')
          .length
      const blocks = Math.floor(statSync(copy).size / 512) + 1
      // 1 is what came in, 2 what went out: a request, its data, an acknowledgement of each block.
      expect(count(1, 1)).toBe(1)
      expect(count(2, 3)).toBe(blocks)
      expect(count(1, 4)).toBeGreaterThanOrEqual(blocks)
      expect(packets.filter(([, , , port]) => port !== '')).toEqual([])
      for (const [, , time] of packets) expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60)
      service.child.stdin?.end()
      await service.end()
    } finally {
      await lab.close()
    }
  })
})
