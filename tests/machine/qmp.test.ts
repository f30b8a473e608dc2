import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Qmp, type QmpEvent } from '../../electron/machine/qmp.ts'

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}\r\n'

/** QEMU's side of a conversation: answers by command. */
function qemu(answers: Readonly<Record<string, (id: number) => string>>) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  output.on('data', (line: Buffer) => {
    const { execute, id } = JSON.parse(line.toString()) as { execute: string; id: number }
    const answer = answers[execute]?.(id)
    if (answer !== undefined) input.write(`${answer}\n`)
  })
  return { input, output }
}

const ok = (id: number) => JSON.stringify({ return: {}, id })

it('greets, agrees, and hands on events that come in between', async () => {
  const { input, output } = qemu({
    qmp_capabilities: ok,
    stop: (id) =>
      `{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}\r\n{"return": {}, "id": ${id}}`,
  })
  const events: QmpEvent[] = []
  for (const part of [GREETING.slice(0, 9), GREETING.slice(9)]) input.write(part)
  const qmp = await Qmp.connect(input, output, (event) => events.push(event))
  await qmp.execute('stop')
  expect(events).toEqual([{ event: 'STOP', data: {} }])
})

it('answers each command with its own result, and tells what QEMU refused in its words', async () => {
  const { input, output } = qemu({
    qmp_capabilities: ok,
    slow: () => '',
    fast: (id) => `{"return": "fast", "id": ${id}}\n{"return": "slow", "id": ${id - 1}}`,
    wrong: (id) => `{"id": ${id}, "error": {"class": "CommandNotFound", "desc": "no such command"}}`,
  })
  input.write(GREETING)
  const qmp = await Qmp.connect(input, output, () => {})
  const slow = qmp.execute('slow')
  expect(await qmp.execute('fast')).toBe('fast')
  expect(await slow).toBe('slow')
  await expect(qmp.execute('wrong')).rejects.toThrow('QEMU refused "wrong": no such command')
})

it('ends every command that waits when QEMU ends', async () => {
  const { input, output } = qemu({ qmp_capabilities: ok })
  input.write(GREETING)
  const qmp = await Qmp.connect(input, output, () => {})
  const waiting = qmp.execute('quit')
  input.end()
  await expect(waiting).rejects.toThrow('it has ended')
  await expect(qmp.execute('stop')).rejects.toThrow('it has ended')
})

it('does not wait for ever for a QEMU that says nothing', async () => {
  const { input, output } = qemu({})
  const connected = Qmp.connect(input, output, () => {})
  input.end()
  await expect(connected).rejects.toThrow('before it was ready')
})
