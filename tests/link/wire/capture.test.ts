import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { parseFaults } from '../../../electron/link/faults.ts'
import { Wire } from '../../../electron/link/wire/wire.ts'
import { ScriptedTarget } from './target.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** One line for each packet, with the fields that Wireshark sees. */
function tshark(path: string, fields: readonly string[]): string[][] {
  const run = spawnSync('tshark', ['-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])])
  const complaints = run.stderr.toString().replace(/Running as user "root".*\n/, '')
  expect(complaints).toBe('')
  expect(run.status).toBe(0)
  return run.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
}

const hasTshark = spawnSync('tshark', ['--version']).error === undefined
beforeEach(({ skip }) => {
  if (!hasTshark) skip('tshark is not installed')
})

it('holds what the target sent and got, in order, with directions and true times', async () => {
  const path = join(folder, 'plain.pcapng')
  const wire = await Wire.create({ capture: { path } })
  const socket = await wire.open(7, (data, from) => socket.send(data, from))
  const target = await ScriptedTarget.plugInto(wire)
  const started = Date.now() / 1000
  target.sendArp({})
  target.sendDatagram(7, Buffer.from('odd'))
  await target.datagram()
  await target.unplug()
  await wire.close()

  const packets = tshark(path, [
    'frame.packet_flags_direction',
    '_ws.col.Protocol',
    'frame.time_epoch',
    'frame.interface_name',
    'udp.srcport',
  ])
  expect(
    packets.map(([direction, protocol, , name, port]) => [Number(direction), protocol, name, port]),
  ).toEqual([
    [2, 'ARP', 'target', ''],
    [1, 'ARP', 'target', ''],
    [2, 'ECHO', 'target', '4000'],
    [1, 'ECHO', 'target', '7'],
  ])
  for (const [, , time] of packets) expect(Math.abs(Number(time) - started)).toBeLessThan(5)
})

it('says which of the target’s frames a fault plan lost, and does not hold those it never got', async () => {
  const path = join(folder, 'lossy.pcapng')
  const wire = await Wire.create({ capture: { path }, faults: parseFaults('loss=100%') })
  const target = await ScriptedTarget.plugInto(wire)
  target.sendArp({})
  await new Promise((resolve) => setTimeout(resolve, 50))
  await target.unplug()
  await wire.close()
  const packets = tshark(path, ['frame.packet_flags_direction', 'frame.comment'])
  expect(packets).toMatchObject([[expect.anything(), 'lost on the way, by the fault plan']])
})

it('that cannot be made is told with its path', async () => {
  const path = join(folder, 'missing', 'wire.pcapng')
  await expect(Wire.create({ capture: { path } })).rejects.toMatchObject({
    name: 'LinkError',
    message: expect.stringContaining(path) as string,
  })
})
