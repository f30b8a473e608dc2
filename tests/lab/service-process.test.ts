import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { Message } from '../../electron/api/contract.ts'

const script = fileURLToPath(new URL('../../dist/node/service.js', import.meta.url))

describe('the boot service process', () => {
  const started: ChildProcess[] = []
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
  })

  function start() {
    const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    started.push(child)
    return {
      process: child,
      /** Sends a line as it is and gives the next message. */
      async say(line: string): Promise<Message> {
        child.stdin.write(`${line}\n`)
        const { value } = (await lines.next()) as { value: string }
        return Message.parse(JSON.parse(value))
      },
    }
  }

  it('refuses what is no request, says what is wrong with it, and goes on', async () => {
    const service = start()
    const junk = [
      'hello',
      '{"id":1}',
      '[]',
      'null',
      '{"id":1,"command":{"name":"shutdown"}}',
      '{"id":1,"command":{"name":"stop","extra":1}}',
      `{"id":1,"command":{"name":"screenshot","path":"${'x'.repeat(5000)}"}}`,
      JSON.stringify({ id: 1, command: { name: 'start', options: { link: { kind: 'interface' } } } }),
    ]
    for (const line of junk)
      expect(await service.say(line), line).toMatchObject({ failure: { code: 'bad-request' } })
    const { reply, result } = (await service.say('{"id":7,"command":{"name":"chains"}}')) as {
      reply: number
      result: { id: string }[]
    }
    expect(reply).toBe(7)
    expect(result.map(({ id }) => id)).toContain('pxelinux')
  })

  it('says why a session cannot start, and is ready for the next try', async () => {
    const service = start()
    const options = (name: string) => ({
      link: { kind: 'interface', name },
      chain: { id: 'pxelinux' },
      dhcp: {},
    })
    for (let id = 1; id <= 2; id++)
      expect(
        await service.say(JSON.stringify({ id, command: { name: 'start', options: options('mars0') } })),
      ).toMatchObject({
        reply: id,
        failure: { code: 'no-interface', message: expect.stringContaining('mars0') },
      })
    const unknown = { ...options('mars0'), link: { kind: 'wire' }, chain: { id: 'mars' } }
    expect(
      await service.say(JSON.stringify({ id: 3, command: { name: 'start', options: unknown } })),
    ).toMatchObject({
      failure: { code: 'no-chain' },
    })
    expect(await service.say('{"id":4,"command":{"name":"reset-target"}}')).toMatchObject({
      failure: { code: 'no-machine' },
    })
  })

  it('ends when whoever started it is gone', async () => {
    const service = start()
    await service.say('{"id":1,"command":{"name":"chains"}}')
    const ended = once(service.process, 'exit')
    service.process.stdin.end()
    expect(await ended).toEqual([0, null])
  })
})
