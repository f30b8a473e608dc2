import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Message } from '../../electron/api/contract.ts'
import { boot132, KERNEL_BANNER, machO } from '../formats/darwin/files.ts'
import { makeKext } from '../library/kext-folders.ts'

const script = fileURLToPath(new URL('../../dist/node/service.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'bootwire-service-process-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the boot service process', () => {
  const started: ChildProcess[] = []
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL')
  })

  function start(environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    })
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

  it(
    'answers as ever while it makes a large disk image, and tells how far that is',
    { timeout: 120_000 },
    async () => {
      const size = 500_000_000
      const kernel = join(folder, 'mach_kernel')
      writeFileSync(kernel, machO({ entry: 0x200100, text: KERNEL_BANNER }))
      const block = randomBytes(1_000_000)
      for (let written = 0; written < size; written += block.length) appendFileSync(kernel, block)
      const boot = join(folder, 'boot')
      writeFileSync(boot, boot132('Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC4 r684'))
      const bundle = makeKext(folder, 'Large', { identifier: 'org.example.large', architectures: ['i386'] })
      appendFileSync(join(bundle, 'Contents/MacOS/Large'), randomBytes(40_000_000))

      const { process: child } = start({ XDG_STATE_HOME: folder })
      const messages = createInterface({ input: child.stdout })
      const reviewed = 1
      let asked = { id: reviewed, at: 0 }
      const waits: number[] = []
      let steps = 0
      const say = (id: number, command: object) =>
        void child.stdin.write(`${JSON.stringify({ id, command })}\n`)
      const ask = () => {
        asked = { id: asked.id + 1, at: performance.now() }
        say(asked.id, { name: 'chains' })
      }
      const chain = { id: 'chameleon', imports: [boot, kernel, bundle] }
      say(reviewed, { name: 'review', options: { link: { kind: 'wire' }, chain, dhcp: {} } })
      ask()
      let whileMaking = 0
      for await (const line of messages) {
        const message = Message.parse(JSON.parse(line))
        if ('event' in message && message.event.type === 'artefact-progress') {
          steps++
          whileMaking = waits.length
        }
        if (!('reply' in message)) continue
        if (message.reply === reviewed) {
          expect(message).toMatchObject({ result: { chain: { id: 'chameleon' } } })
          break
        }
        waits.push(performance.now() - asked.at)
        await new Promise((resolve) => setTimeout(resolve, 5))
        ask()
      }
      expect(steps).toBeGreaterThan(10)
      expect(whileMaking).toBeGreaterThan(20)
      const sorted = waits.toSorted((a, b) => a - b)
      expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(50)
      expect(sorted.at(-1)).toBeLessThan(1000)
    },
  )

  it('ends when whoever started it is gone', async () => {
    const service = start()
    await service.say('{"id":1,"command":{"name":"chains"}}')
    const ended = once(service.process, 'exit')
    service.process.stdin.end()
    expect(await ended).toEqual([0, null])
  })
})
