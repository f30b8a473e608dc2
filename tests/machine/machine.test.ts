import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { type TestContext, afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Happening, HappeningOf } from '../../electron/clients/events.ts'
import { Wire } from '../../electron/link/wire/wire.ts'
import { MachineError, type Qemu, findQemu } from '../../electron/machine/find.ts'
import { Machine, type MachineOptions } from '../../electron/machine/machine.ts'
import { notOnWindows, onLinux } from '../skipping.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const found: Qemu | MachineError = await findQemu().catch((error: unknown) => error as MachineError)

/** Skips, with the reason, what cannot be tried on a computer without QEMU. */
function needQemu({ skip }: Pick<TestContext, 'skip'>): void {
  if (found instanceof MachineError) skip(`${found.message} ${found.remedy}`)
}

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // Killed, but not yet buried by whoever runs this.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux'
  }
}

describe('the virtual target', { timeout: 30_000 }, () => {
  let wire: Wire
  let happenings: Happening[]
  beforeEach(({ skip }) => needQemu({ skip }))
  beforeEach(async () => {
    wire = await Wire.create()
    happenings = []
  })
  afterEach(() => wire.close())

  const start = (options: Partial<MachineOptions> = {}) =>
    Machine.start({ cable: wire, emit: (happening) => happenings.push(happening), memory: 64, ...options })
  const of = <Type extends Happening['type']>(type: Type) =>
    happenings.filter((happening): happening is HappeningOf<Type> => happening.type === type)

  it('sends its first DHCPDISCOVER over the wire, shows its screen, and goes', async () => {
    const discovered = new Promise<Buffer>((resolve) => {
      void wire.open(67, (data) => resolve(Buffer.from(data)))
    })
    const machine = await start()
    expect((await discovered).subarray(28, 34).toString('hex')).toBe('525400123456')
    expect(of('machine-started')).toMatchObject([{ client: '52:54:00:12:34:56' }])

    const screen = join(folder, 'screen.png')
    await machine.screenshot(screen)
    expect(readFileSync(screen).subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
    await expect(machine.screenshot(join(folder, 'missing', 'screen.png'))).rejects.toThrow('screendump')

    await machine.quit()
    expect(of('machine-stopped')).toMatchObject([{ text: 'It was switched off.' }])
  })

  it('is plugged into the same wire again when it is started again', async () => {
    for (let count = 0; count < 2; count++) {
      const machine = await start()
      await machine.quit()
    }
    const machine = await start()
    const discovered = new Promise<void>((resolve) => {
      void wire.open(67, () => resolve())
    })
    await discovered
    await machine.quit()
  })

  it('is reset from outside without a notice', async () => {
    const machine = await start()
    await machine.reset()
    await machine.quit()
    expect(of('notice')).toEqual([])
  })

  it('takes keys, and tells of one that it does not have', async () => {
    const machine = await start()
    await machine.sendKey('shift', 'a')
    await expect(machine.sendKey('no-such-key')).rejects.toThrow('QEMU refused')
    await machine.quit()
  })

  it('that is killed says so', async () => {
    const machine = await start()
    process.kill(childOf(process.pid), 'SIGKILL')
    expect(await machine.stopped).toBe('QEMU was ended by SIGKILL.')
  })

  it('that cannot start tells why in QEMU’s words', async () => {
    const failure = start({ nic: 'no-such-card' as 'e1000' })
    await expect(failure).rejects.toMatchObject({ name: 'MachineError' })
    await expect(failure).rejects.toThrow("'no-such-card' is not a valid device model name")
    expect(happenings).toEqual([])
  })

  it('that is not there tells so', async () => {
    await expect(start({ qemu: { path: join(folder, 'no-qemu'), version: '9.9' } })).rejects.toMatchObject({
      name: 'MachineError',
    })
  })
})

describe('a target that does it itself', notOnWindows, () => {
  /** QEMU as far as QMP goes: tells these events once it is switched on. */
  async function start(events: readonly object[]): Promise<{ machine: Machine; happenings: Happening[] }> {
    const path = join(folder, 'fake-qemu')
    const script = `#!${process.execPath}
      const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
      say({ QMP: { version: { qemu: { major: 9, minor: 0, micro: 0 } } } })
      require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { execute, id } = JSON.parse(line)
        say({ return: {}, id })
        if (execute === 'cont') for (const event of ${JSON.stringify(events)}) say(event)
        if (execute === 'quit' || ${JSON.stringify(events)}.at(-1).event === 'SHUTDOWN' && execute === 'cont') process.exit(0)
      })`
    writeFileSync(path, script, { mode: 0o755 })
    const happenings: Happening[] = []
    const machine = await Machine.start({
      cable: { netdev: (id) => `user,id=${id}` },
      emit: (happening) => happenings.push(happening),
      qemu: { path, version: '9.0' },
    })
    return { machine, happenings }
  }
  const reset = { event: 'RESET', data: { guest: true, reason: 'guest-reset' } }

  it('resets: each is a notice, and the fifth within a minute is the end', async () => {
    const { machine, happenings } = await start([reset, reset, reset, reset, reset])
    expect(await machine.stopped).toBe('It reset itself 5 times within a minute.')
    expect(happenings.filter(({ type }) => type === 'notice')).toHaveLength(4)
    expect(happenings.at(-1)).toMatchObject({ type: 'machine-stopped' })
  })

  it('switches off: says so', async () => {
    const { machine } = await start([{ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } }])
    expect(await machine.stopped).toBe('It switched itself off.')
  })
})

describe('finding QEMU', () => {
  const path = process.env['PATH']
  afterEach(() => (process.env['PATH'] = path))

  it('that is not installed names the package', onLinux, async () => {
    process.env['PATH'] = folder
    await expect(findQemu()).rejects.toMatchObject({
      message: expect.stringContaining('no qemu-system-x86_64') as string,
      remedy: expect.stringContaining('apt install qemu-system-x86') as string,
    })
  })

  it('that is too old for the wire names the version it takes', onLinux, async () => {
    const old = join(folder, 'qemu-system-x86_64')
    writeFileSync(old, '#!/bin/sh\necho "QEMU emulator version 5.2.0 (Debian)"\n', { mode: 0o755 })
    process.env['PATH'] = folder
    await expect(findQemu()).rejects.toMatchObject({
      message: expect.stringContaining('is QEMU 5.2.0') as string,
      remedy: expect.stringContaining('7.2') as string,
    })
    rmSync(old)
  })
})

describe('a program on the leash', { ...notOnWindows, timeout: 30_000 }, () => {
  beforeEach(({ skip }) => needQemu({ skip }))
  beforeAll(async () => {
    await build({
      logLevel: 'silent',
      configFile: false,
      build: { ssr: join(import.meta.dirname, 'orphan.ts'), outDir: folder, emptyOutDir: false },
    })
  })

  it('ends when its parent is killed and could not see to it', async () => {
    const parent = spawn(process.execPath, [
      join(folder, 'orphan.js'),
      (found as Qemu).path,
      ...['-nodefaults', '-display', 'none', '-accel', 'tcg', '-m', '32M', '-S'],
    ])
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    await expect.poll(() => commandOf(pid)).toContain('qemu-system')
    parent.kill('SIGKILL')
    await expect.poll(() => exists(pid), { timeout: 2000 }).toBe(false)
  })
})

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)]).stdout.toString()
}

function childOf(pid: number): number {
  return Number(spawnSync('pgrep', ['-P', String(pid), '-f', 'qemu-system']).stdout.toString())
}
